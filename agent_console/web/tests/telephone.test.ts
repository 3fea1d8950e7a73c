import { describe, expect, test } from 'vitest'
import { endingOf, isCaller, proposeCaller } from '../src/telephone'

describe('the number to call from', () => {
  test.each([0, 0.25, 0.5, 0.999999])('is proposed as a mobile number of eleven digits (%f)', (chance) => {
    const proposed = proposeCaller(() => chance)
    // The mobile ranges of phonenumbers (libphonenumber), less data cards.
    expect(proposed).toMatch(/^1(?:[38]\d|5[0-35-9])\d{8}$/)
    expect(isCaller(proposed)).toBe(true)
  })

  test.each(['110', '073122880016', '+442071838750', '12345678901234567890'])('may be %s', (text) => {
    expect(isCaller(text)).toBe(true)
  })

  test.each(['', '12', '139 0733', 'op1001', '139>;x=1', '+', '１２３４', '123456789012345678901'])('may not be "%s"', (text) => {
    expect(isCaller(text)).toBe(false)
  })
})

test.each([
  [404, 'Not Found', 'no_such_number'],
  [486, 'Busy', 'busy'],
  [401, 'Authentication Error', 'refused'],
  [503, 'SIP Failure Code', 'unreachable'],
  [null, 'Connection Error', 'telephony_away'],
  [null, 'Request Timeout', 'telephony_away'],
  [500, 'SIP Failure Code', 'failed'],
] as const)('a call that fails with %s (%s) is over as %s', (status, cause, ending) => {
  expect(endingOf(status, cause)).toBe(ending)
})
