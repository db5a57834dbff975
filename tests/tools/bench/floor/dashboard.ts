/** The floor of dashboard: the home page, of the cards of the movies that movie lists. */
import type { Movie } from '@matinee/contracts/movie'
import { caller, environment, serve } from './http.ts'

const movie = caller(environment('MOVIE_URL'))
const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const text = (value: string) => value.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

function card({
  id,
  title,
  posterUrl,
  genres,
  certificate,
  releaseYear,
  durationMinutes,
  listings,
}: Movie): string {
  const cities = [...new Set(listings.map(({ theatre }) => theatre.city))]
  const facts = [
    `${Math.floor(durationMinutes / 60)} h ${durationMinutes % 60} min`,
    certificate,
    releaseYear,
  ]
  return `<li class="card">
    <a href="/movies/${id}">
      <img src="${text(posterUrl ?? '/posters/1.svg')}" alt="" width="200" height="300" loading="lazy" />
      <h2>${text(title)}</h2>
    </a>
    <p>${text(facts.filter(Boolean).join(' · '))}</p>
    <p class="muted">${text(genres.join(', '))}</p>
    <p class="muted">${text(cities.slice(0, 3).join(', '))}${cities.length > 3 ? ' and more' : ''}</p>
  </li>`
}

serve({
  async 'GET /'() {
    const { items } = await movie<{ items: Movie[] }>('GET', '/movies')
    const body = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Movies · Matinee</title>
    <link rel="stylesheet" href="/style.css" />
    <script src="/app.js" defer></script>
  </head>
  <body>
    <header>
      <a class="brand" href="/">Matinee</a>
      <nav><a href="/">Movies</a> <a href="/bookings">My bookings</a> <a href="/admin">Admin</a></nav>
    </header>
    <main>
      <h1>On show</h1>
      <form role="search" action="/"><input name="q" /><input name="genre" /><input name="city" /></form>
      <ul class="cards">${items.map(card).join('')}</ul>
    </main>
  </body>
</html>`
    return { status: 200, body }
  },
})
