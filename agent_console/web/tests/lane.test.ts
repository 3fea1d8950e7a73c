import { expect, it } from 'vitest'
import { Lane } from '../src/lane'

/** A lane, what was done on it, and how what is under way is let go. */
function lane() {
  const done: string[] = []
  const ends: (() => void)[] = []
  let busy = false
  const does = (name: string) => new Promise<string>((resolve) => {
    ends.push(() => {
      done.push(name)
      resolve(name)
    })
  })
  const made = new Lane(async () => void await does('refresh'), (now) => { busy = now })
  const end = async () => {
    ends.shift()!()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { made, does, done, ends, end, busy: () => busy }
}

it('does one thing at a time and refuses another meanwhile', async () => {
  const { made, does, done, ends, end, busy } = lane()
  const first = made.does(() => does('first'))
  expect(await made.does(() => does('second'))).toBe(null)
  expect([busy(), ends.length]).toEqual([true, 1])
  await end()
  expect([await first, done, busy()]).toEqual(['first', ['first'], false])
})

it('refreshes at once where nothing is under way', async () => {
  const { made, done, ends, end, busy } = lane()
  void made.refreshes()
  await end()
  expect([done, ends.length, busy()]).toEqual([['refresh'], 0, false])
})

it('refreshes once more, when it is free, if that was asked for meanwhile, however often', async () => {
  const { made, does, done, ends, end, busy } = lane()
  void made.does(() => does('a week that was asked for before the save'))
  void made.refreshes()
  void made.refreshes()
  await end()
  expect([ends.length, busy()]).toEqual([1, true])
  void made.refreshes()
  await end()
  await end()
  expect(done.slice(1)).toEqual(['refresh', 'refresh'])
  expect([ends.length, busy()]).toEqual([0, false])
})

it('refreshes also after what was under way has failed', async () => {
  const { made, does, done, end } = lane()
  const failing = made.does(async () => {
    await does('copy')
    throw new Error('occupied')
  })
  void made.refreshes()
  const failed = expect(failing).rejects.toThrow('occupied')
  await end()
  await failed
  await end()
  expect(done).toEqual(['copy', 'refresh'])
})
