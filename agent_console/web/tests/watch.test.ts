import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { api, Problem } from '../src/api'
import { createIncident } from '../src/incident'
import type { Notice, NoticeInput, Page } from '../src/model'
import { createWatch } from '../src/watch'

const water: Notice = {
  id: 'n1', text: '天元区停水。', area: '天元区', case: '20261123-0001', since: '2026-11-23T18:30:00+08:00',
  until: '2026-11-24T18:30:00+08:00', by: 'sup1', joined: 0,
}
const spoken = {
  areas: [{ key: 'area-city', title: '全市', text: '全市，', area: '' }, { key: 'area-tianyuan', title: '天元区', text: '天元区，', area: '天元区' }],
  kinds: [{ key: 'incident-water', title: '停水', text: '停水。', area: '' }],
}

/** An answer that comes when it is told to. */
function later<T>() {
  let come: (value: T) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined
  const answer = new Promise<T>((resolve, reject) => {
    come = resolve
    fail = reject
  })
  return { answer, come, fail }
}

function page<T>(...items: T[]): Page<T> {
  return { items, next: null }
}

/** Every list is asked for by now, and the answers that are there have been taken in. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(400)
}

let watch: ReturnType<typeof createWatch>

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-23T18:31:00+08:00') })
  vi.spyOn(api, 'operators').mockResolvedValue(page())
  vi.spyOn(api, 'nuisances').mockResolvedValue({ ...page(), more: 0 })
  vi.spyOn(api, 'incidents').mockResolvedValue(spoken)
  vi.spyOn(api, 'notices').mockResolvedValue(page())
  watch = createWatch({ login: 'sup1', name: '赵敏', role: 'supervisor' }, () => undefined)
})

afterEach(() => {
  watch.close()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function listsOf(): Promise<void> {
  await vi.advanceTimersByTimeAsync(30_400)
}

describe('an incident', () => {
  test('is off the form as soon as it is published, however long the lists take', async () => {
    await listsOf()
    vi.spyOn(api, 'notices').mockReturnValue(later<Page<Notice>>().answer)
    const sent: NoticeInput[] = []
    vi.spyOn(api, 'publishNotice').mockImplementation(async (notice) => {
      sent.push(notice)
      return water
    })
    const form = createIncident(watch)
    form.incident.value = 'incident-water'
    await form.publish()
    expect([form.incident.value, form.told.value, form.published.value, watch.busy.value]).toEqual(['', '', true, false])
    expect(watch.notices.value).toEqual([water])
    await form.publish()
    expect(sent).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{32}$/), incident: 'incident-water', area: 'area-city', minutes: 120, case: null }])
  })

  test('keeps its id while it is pressed again for a lost answer, and has another when another is chosen', async () => {
    await listsOf()
    const sent: string[] = []
    vi.spyOn(api, 'publishNotice').mockImplementation((notice) => {
      sent.push(notice.id)
      return Promise.reject(new Problem(503, 'refused', '没有发布', [], { case: '20261123-0001' }))
    })
    const form = createIncident(watch)
    form.incident.value = 'incident-water'
    await form.publish()
    await form.publish()
    expect([sent[0] === sent[1], form.parent.value]).toEqual([true, '20261123-0001'])
    form.area.value = 'area-tianyuan'
    await form.publish()
    expect(sent[2]).not.toBe(sent[0])
  })

  test('has another id once its own stands for what was published before and is over', async () => {
    await listsOf()
    const sent: string[] = []
    vi.spyOn(api, 'publishNotice').mockImplementation((notice) => {
      sent.push(notice.id)
      return sent.length === 1 ? Promise.reject(new Problem(409, 'refused', '已结束', [], {})) : Promise.resolve(water)
    })
    const form = createIncident(watch)
    form.incident.value = 'incident-water'
    await form.publish()
    await form.publish()
    expect([sent[0] === sent[1], form.published.value]).toEqual([false, true])
  })
})

describe('an incident whose answer was lost', () => {
  test('has another id once it was seen in the list and withdrawn there', async () => {
    await listsOf()
    vi.spyOn(api, 'withdrawNotice').mockResolvedValue()
    const sent: string[] = []
    vi.spyOn(api, 'publishNotice').mockImplementation((notice) => {
      sent.push(notice.id)
      return sent.length === 3 ? Promise.resolve(water) : Promise.reject(new Problem(0, 'unreachable', ''))
    })
    const form = createIncident(watch)
    form.incident.value = 'incident-water'
    await form.publish()
    const held = { ...water, id: sent[0]! }
    const listed = vi.spyOn(api, 'notices').mockResolvedValue(page(held))
    await listsOf()
    expect(watch.notices.value).toEqual([held])
    await form.publish()
    listed.mockResolvedValue(page())
    await watch.withdraw(held)
    await form.publish()
    expect([sent[1] === sent[0], sent[2] === sent[0], form.published.value]).toEqual([true, false, true])
  })
})

describe('the lists', () => {
  test('are not put back by an answer that is older than what is shown', async () => {
    const first = later<Page<Notice>>()
    vi.spyOn(api, 'notices').mockReturnValueOnce(first.answer).mockResolvedValue(page())
    await listsOf()
    await listsOf()
    first.come(page(water))
    await settle()
    expect(watch.notices.value).toEqual([])
  })

  test('do not show again what was withdrawn while they were asked for', async () => {
    vi.spyOn(api, 'withdrawNotice').mockResolvedValue()
    const under = later<Page<Notice>>()
    vi.spyOn(api, 'notices').mockResolvedValueOnce(page(water)).mockReturnValueOnce(under.answer).mockReturnValue(later<Page<Notice>>().answer)
    await listsOf()
    expect(watch.notices.value).toEqual([water])
    await listsOf()
    await watch.withdraw(water)
    under.come(page(water))
    await settle()
    expect(watch.notices.value).toEqual([])
  })
})

test('of a list that was never read none says that it is empty', async () => {
  vi.spyOn(api, 'nuisances').mockRejectedValueOnce(new Problem(0, 'unreachable', ''))
  expect(watch.loaded.value).toBe(false)
  await listsOf()
  expect(watch.loaded.value).toBe(false)
  await listsOf()
  expect(watch.loaded.value).toBe(true)
})
