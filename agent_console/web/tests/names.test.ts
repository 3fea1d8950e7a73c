import { afterEach, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import { createNames } from '../src/names'

afterEach(() => vi.restoreAllMocks())

test('a name is asked for once it is wanted, and the login stands for it until then', async () => {
  const asked = vi.spyOn(api, 'colleagues').mockResolvedValue({ items: [{ login: 'op1002', name: '王强' }], next: null })
  const names = createNames()
  names.want('op1002')
  names.want('op1002')
  expect(names.of('op1002')).toBe('op1002')
  await vi.waitFor(() => expect(names.of('op1002')).toBe('王强'))
  names.want('op1002')
  expect(asked).toHaveBeenCalledTimes(1)
})

test('where nobody tells the names the login stays, and they are asked for again', async () => {
  const asked = vi.spyOn(api, 'colleagues').mockRejectedValue(new Problem(0, 'unreachable', ''))
  const names = createNames()
  names.want('op1002')
  await vi.waitFor(() => {
    names.want('op1002')
    expect(asked).toHaveBeenCalledTimes(2)
  })
  expect(names.of('op1002')).toBe('op1002')
})
