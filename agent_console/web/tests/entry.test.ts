import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSSRApp, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { renderToString } from 'vue/server-renderer'
import { api, Problem } from '../src/api'
import { useEntry } from '../src/entry'
import type { Account } from '../src/model'
import { Shelf } from './samples'

const admin: Account = { login: 'admin', name: '管理员', role: 'admin' }
const away = new Problem(503, 'refused', '数据库暂时无法读取')

/** The page as far as its entry goes. */
async function entered(mayEnter: (one: Account) => boolean, prepare?: () => Promise<unknown>) {
  let entry: ReturnType<typeof useEntry> | null = null
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => h('p') } }] })
  await router.push('/admin')
  const app = createSSRApp({
    setup() {
      entry = useEntry(mayEnter, prepare)
      return () => h('p')
    },
  })
  await renderToString(app.use(router))
  return { entry: entry as unknown as ReturnType<typeof useEntry>, router }
}

beforeEach(() => {
  vi.stubGlobal('localStorage', new Shelf())
  vi.spyOn(api, 'session').mockResolvedValue({ account: admin })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('a page', () => {
  test('is not open before all that it cannot be true without is there, and can be tried again', async () => {
    const prepare = vi.fn().mockRejectedValueOnce(away).mockResolvedValueOnce(undefined)
    const { entry } = await entered(() => true, prepare)
    await entry.open()
    expect([entry.account.value, entry.problem.value, entry.busy.value]).toEqual([null, away, false])
    await entry.open()
    expect([entry.account.value, entry.problem.value]).toEqual([admin, null])
  })

  test('sends whoever may not enter to the sign-in, and prepares nothing for him', async () => {
    const prepare = vi.fn()
    const { entry, router } = await entered((one) => one.role === 'operator', prepare)
    await entry.open()
    expect([router.currentRoute.value.fullPath, entry.account.value, prepare.mock.calls]).toEqual(['/', null, []])
  })

  test('is left by whoever signs out, also of a session that is over already', async () => {
    const { entry, router } = await entered(() => true)
    const answer = vi.fn().mockResolvedValue(new Response('{}', { status: 401 }))
    vi.stubGlobal('fetch', answer)
    await entry.signOut()
    await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe('/?over'))
    answer.mockResolvedValue(new Response('{}', { status: 503 }))
    await entry.signOut()
    expect(entry.problem.value?.status).toBe(503)
  })
})
