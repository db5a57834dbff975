import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { createOutbox } from './outbox.ts'

/** Without a socket that takes bytes, an answer stays unread. */
const anAnswer = () => new ServerResponse(new IncomingMessage(new Socket()))
const body = Buffer.alloc(40)

describe('createOutbox', () => {
  it('disconnects the slowest readers when unread answers need too much memory', () => {
    const outbox = createOutbox(100)
    const answers = [anAnswer(), anAnswer(), anAnswer(), anAnswer()]

    for (const answer of answers) outbox.send(answer, body)

    expect(answers.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false])
  })

  it('counts no answer that has been read', () => {
    const outbox = createOutbox(100)
    const answers = [anAnswer(), anAnswer(), anAnswer(), anAnswer()]

    for (const answer of answers) {
      outbox.send(answer, body)
      answer.emit('close')
    }

    expect(answers.map(({ destroyed }) => destroyed)).toEqual([false, false, false, false])
  })

  it('sends one that is larger than all of its memory', () => {
    const outbox = createOutbox(10)
    const answer = anAnswer()

    outbox.send(answer, body)

    expect(answer.destroyed).toBe(false)
  })
})
