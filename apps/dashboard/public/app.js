/* The live parts that htmx does not cover. Every page works without JavaScript. */

/** Counts down from the seconds that the server sent, so that the visitor's clock does not matter. */
function countDown() {
  const ends = new WeakMap()
  setInterval(() => {
    for (const element of document.querySelectorAll('[data-seconds-left]')) {
      if (!ends.has(element))
        ends.set(element, performance.now() + Number(element.dataset.secondsLeft) * 1000)
      const left = Math.max(0, Math.ceil((ends.get(element) - performance.now()) / 1000))
      element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
      const next = element.closest('[data-expired-url]')?.dataset.expiredUrl
      // Never interrupts a payment in progress: its answer says more.
      if (left === 0 && next && !document.querySelector('[data-once][aria-busy]')) location.replace(next)
    }
  }, 250)
}

/** Blocks a second submission until the first one is answered. */
function sendOnce(form) {
  form.addEventListener('submit', (event) => {
    if (form.ariaBusy) event.preventDefault()
    form.ariaBusy = 'true'
    form.querySelector('[data-sending]').hidden = false
  })
  // The back/forward cache restores the page as it was left.
  addEventListener('pageshow', () => {
    form.ariaBusy = null
    form.querySelector('[data-sending]').hidden = true
  })
}

/** Updates the seat map as others hold and buy seats, and limits how many can be chosen. */
function followSeats(map) {
  const boxes = new Map([...map.querySelectorAll('input[name=seats]')].map((box) => [box.value, box]))
  const maxSeats = Number(map.dataset.max)
  const news = map.querySelector('[data-seat-news]')
  const choosing = map.querySelector('input[name=pick][value=seats]')

  function limit() {
    const chosen = [...boxes.values()].filter((box) => box.checked).length
    for (const box of boxes.values()) {
      const isFree = box.parentElement.dataset.status === 'free'
      box.disabled = !isFree || (!box.checked && chosen >= maxSeats)
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
