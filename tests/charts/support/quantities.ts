const factors: Record<string, number> = { m: 0.001, '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }

/** A Kubernetes quantity as a number of bytes or cores; NaN if it is invalid. */
export function quantity(text = ''): number {
  const [, digits, unit = ''] = /^([0-9.]+)(\w*)$/.exec(text) ?? []
  return Number(digits) * (factors[unit] ?? NaN)
}
