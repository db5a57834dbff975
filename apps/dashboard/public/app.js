/* The live parts that htmx does not cover. Every page works without them. */

/** Holds count down by what the server said is left, so that this computer's clock does not matter. */
function countDown() {
  const ends = new WeakMap()
  setInterval(() => {
    for (const element of document.querySelectorAll('[data-seconds-left]')) {
      if (!ends.has(element))
        ends.set(element, performance.now() + Number(element.dataset.secondsLeft) * 1000)
      const left = Math.max(0, Math.ceil((ends.get(element) - performance.now()) / 1000))
      element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
      const next = element.closest('[data-when-over]')?.dataset.whenOver
      // Not under a payment that is being sent: its answer tells more.
      if (left === 0 && next && !document.querySelector('[data-once][aria-busy]')) location.replace(next)
    }
  }, 250)
}

/** A form that is sent once: the second click waits for the first one's answer. */
function sendOnce(form) {
  form.addEventListener('submit', (event) => {
    if (form.ariaBusy) event.preventDefault()
    form.ariaBusy = 'true'
    form.querySelector('[data-sending]').hidden = false
  })
  // The page may come back from the browser's memory, as it was left.
  addEventListener('pageshow', () => {
    form.ariaBusy = null
    form.querySelector('[data-sending]').hidden = true
  })
}

/** The seat map follows what others hold and buy, and lets no more be chosen than can be. */
function followSeats(map) {
  const boxes = new Map([...map.querySelectorAll('input[name=seats]')].map((box) => [box.value, box]))
  const most = Number(map.dataset.max)
  const news = map.querySelector('[data-seat-news]')
  const choosing = map.querySelector('input[name=pick][value=seats]')

  function limit() {
    const chosen = [...boxes.values()].filter((box) => box.checked).length
    for (const box of boxes.values()) {
      const isFree = box.parentElement.dataset.status === 'free'
      box.disabled = !isFree || (!box.checked && chosen >= most)
    }
  }

  function update({ rows, free }) {
    const lost = []
    for (const { seat, status } of rows.flatMap((row) => row.seats)) {
      const box = boxes.get(seat)
      if (!box || box.parentElement.dataset.status === status) continue
      if (box.checked && status !== 'free') lost.push(seat)
      box.parentElement.dataset.status = status
      box.checked &&= status === 'free'
      box.ariaLabel = status === 'free' ? seat : `${seat}, ${status}`
    }
    map.querySelector('[data-free]').textContent = free
    if (lost.length > 0) news.textContent = `Somebody else was faster: ${lost.join(', ')}. Choose again.`
    limit()
  }

  map.addEventListener('change', ({ target }) => {
    if (target.name === 'seats') choosing.checked = true
    limit()
  })
  limit()
  const events = new EventSource(map.dataset.seatEvents)
  events.addEventListener('message', ({ data }) => update(JSON.parse(data)))
  addEventListener('pagehide', () => events.close())
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
}

countDown()
document.querySelectorAll('form[data-once]').forEach(sendOnce)
document.querySelectorAll('[data-seat-events]').forEach(followSeats)
