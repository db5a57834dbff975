import type { MovieInput } from '@matinee/contracts/movie'
import type { TheatreInput } from '@matinee/contracts/theatre'

export const theatres: Omit<TheatreInput, 'available'>[] = [
  {
    name: 'Cine Atlântida',
    city: 'Lisbon',
    address: 'Rua das Gaivotas 14',
    timeZone: 'Europe/Lisbon',
    price: { amount: 950, currency: 'EUR' },
    screens: [
      { name: 'Sala Grande', rows: 12, seatsPerRow: 18 },
      { name: 'Sala Azul', rows: 6, seatsPerRow: 10 },
    ],
  },
  {
    name: 'Lichthaus',
    city: 'Berlin',
    address: 'Kastanienallee 207',
    timeZone: 'Europe/Berlin',
    price: { amount: 1250, currency: 'EUR' },
    screens: [
      { name: 'Saal 1', rows: 16, seatsPerRow: 22 },
      { name: 'Saal 2', rows: 10, seatsPerRow: 14 },
      { name: 'Studio', rows: 5, seatsPerRow: 8 },
    ],
  },
  {
    name: 'Kino Spree',
    city: 'Berlin',
    address: 'Uferstraße 3',
    timeZone: 'Europe/Berlin',
    price: { amount: 1090, currency: 'EUR' },
    screens: [{ name: 'Saal', rows: 9, seatsPerRow: 12 }],
  },
  {
    name: 'The Paragon',
    city: 'New York',
    address: '410 Harbor Street',
    timeZone: 'America/New_York',
    price: { amount: 1650, currency: 'USD' },
    screens: [
      { name: 'Main', rows: 20, seatsPerRow: 24 },
      { name: 'Balcony', rows: 8, seatsPerRow: 16 },
    ],
  },
]

interface Film extends Omit<MovieInput, 'listings'> {
  /** By default, the first screen of every theatre at 18:00 and 21:00. */
  shown?: Shown[]
}

/** Showtimes on each of the seven days from tomorrow, in the theatre's local time. */
export interface Shown {
  theatre: string
  screen: string
  times: string[]
}

export const films: Film[] = [
  {
    title: 'The Lamplighter of Alfama',
    synopsis:
      'The last man who lights the gas lamps of an old quarter finds a letter behind every ninth one.',
    durationMinutes: 118,
    genres: ['Drama', 'Mystery'],
    certificate: '12',
    releaseYear: 2026,
  },
  {
    title: 'Nine Minutes Before Rain',
    synopsis: 'A forecaster who is never wrong warns a city of a storm. Nobody asks her how she knows.',
    durationMinutes: 104,
    genres: ['Thriller'],
    certificate: '16',
    releaseYear: 2026,
  },
  {
    title: 'A Quiet Orbit',
    synopsis: 'Two engineers who cannot stand each other share the only station left above a silent Earth.',
    durationMinutes: 131,
    genres: ['Science fiction', 'Drama'],
    certificate: '12',
    releaseYear: 2025,
  },
  {
    title: 'Concerto for Two Thieves',
    synopsis: 'To steal a violin, they must first learn to play it.',
    durationMinutes: 97,
    genres: ['Comedy', 'Crime'],
    certificate: '6',
    releaseYear: 2026,
  },
  {
    title: 'Small Gods of the Kitchen',
    synopsis: 'When the kettle is sold, the spoons set out across the city to bring it home.',
    durationMinutes: 82,
    genres: ['Animation', 'Family'],
    certificate: '0',
    releaseYear: 2026,
    shown: [
      { theatre: 'Cine Atlântida', screen: 'Sala Azul', times: ['11:00', '14:30'] },
      { theatre: 'Lichthaus', screen: 'Saal 2', times: ['10:30', '13:00', '15:15'] },
      { theatre: 'The Paragon', screen: 'Balcony', times: ['11:00', '13:30'] },
    ],
  },
  {
    title: 'Low Static',
    synopsis: 'A night host takes calls on a frequency that has been off the air for thirty years.',
    durationMinutes: 93,
    genres: ['Horror'],
    certificate: '18',
    releaseYear: 2025,
    shown: [
      { theatre: 'Lichthaus', screen: 'Studio', times: ['20:45', '23:00'] },
      { theatre: 'The Paragon', screen: 'Balcony', times: ['22:15'] },
    ],
  },
  {
    title: 'Winterline',
    synopsis: 'One train, one guard and eleven hundred kilometres of snow. Filmed over six winters.',
    durationMinutes: 76,
    genres: ['Documentary'],
    certificate: '0',
    releaseYear: 2023,
    shown: [{ theatre: 'Kino Spree', screen: 'Saal', times: ['16:00'] }],
  },
  {
    title: 'Salt and Thunder',
    synopsis: 'A widow drives four hundred oxen to the sea, and the men who want them follow her there.',
    durationMinutes: 142,
    genres: ['Western', 'Adventure'],
    certificate: '16',
    releaseYear: 2024,
    shown: [
      { theatre: 'Cine Atlântida', screen: 'Sala Azul', times: ['17:15', '20:30'] },
      { theatre: 'The Paragon', screen: 'Balcony', times: ['16:00', '19:15'] },
    ],
  },
  {
    title: 'The Understudy',
    synopsis: 'On the night that she may at last play the part, the leading lady refuses to be ill.',
    durationMinutes: 109,
    genres: ['Comedy', 'Romance'],
    certificate: '6',
    releaseYear: 2025,
    shown: [
      { theatre: 'Lichthaus', screen: 'Saal 2', times: ['17:30', '20:15'] },
      { theatre: 'Kino Spree', screen: 'Saal', times: ['13:45'] },
    ],
  },
  {
    title: 'Seven Winds for Marisol',
    synopsis: 'A girl who ties knots for sailors gives one of them the wrong wind.',
    durationMinutes: 88,
    genres: ['Fantasy', 'Family'],
    certificate: '6',
    releaseYear: 2026,
    shown: [
      { theatre: 'Cine Atlântida', screen: 'Sala Grande', times: ['15:30'] },
      { theatre: 'Lichthaus', screen: 'Saal 1', times: ['15:00'] },
    ],
  },
]
