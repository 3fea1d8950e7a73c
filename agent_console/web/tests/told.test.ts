import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keepTimeOf } from '../src/format'
import { Shelf } from './samples'

// The language of the page is read from the shelf as soon as its texts are loaded.
vi.stubGlobal('localStorage', new Shelf())
const { differencesTold, fieldName, kindName, told } = await import('../src/told')

beforeAll(() => keepTimeOf('Asia/Shanghai'))
afterAll(() => void vi.unstubAllGlobals())

test('a handover among the changes is told in words and times of the city', () => {
  const at = Date.parse('2026-11-23T18:30:00+08:00') / 1000
  expect([told('at', at), told('taken_at', at)]).toEqual(['2026-11-23 18:30', '2026-11-23 18:30'])
  expect(told('open', { waiting: 0, messages: 2, calls: 1, notices: ['停水'] })).toBe('排队 0、待处理留言 2、通话中 1、播报 停水')
  expect(fieldName('handovers', 'taken_at')).toBe('接班时间')
})

test('a skill is told by its own name, whatever else has that name', () => {
  expect(told('skills', { waiting: 3 })).toBe('waiting 3')
  expect(told('skills', { hours: 1, since: 2, wrap_up_s: 3 })).toBe('hours 1、since 2、wrap_up_s 3')
})

test('a special day among the changes is told in words', () => {
  expect([told('kind', 'holiday'), told('kind', 'nuisance')]).toEqual(['放假', '骚扰'])
  expect([told('hours', ['closed']), told('hours', ['09:00-12:00', '14:00-17:00'])]).toEqual(['全天不服务', '09:00-12:00、14:00-17:00'])
  expect(told('date', '2026-10-01')).toBe('2026-10-01')
})

const MENU = {
  name: 'water', title: '供水', purpose: 'call', start: 'top',
  nodes: {
    top: { kind: 'choose', prompt: 'menu', keys: { 3: 'hours' }, otherwise: 'needs', again: '', wait_s: 5 },
    hours: { kind: 'hours', queue: '', open: 'needs', closed: 'when_x' },
    kind: { kind: 'progress', prompt: 'ask', next: 'needs', otherwise: 'needs', wait_s: 8 },
    needs: { kind: 'queue', queue: 'traffic', urgent: true },
    when_x: { kind: 'message' },
  },
}

test.each(['menus', 'drafts'])('a new menu is told node by node, whatever its nodes are named: %s', (kind) => {
  expect(differencesTold(kind, null, MENU).map((one) => `${one.name}：${one.after}`)).toEqual([
    '代号：water', '名称：供水', '用途：来电时', '起点：top',
    '节点 top：按键选择，提示音 menu，按 3 → hours，没有选择时 → needs',
    '节点 hours：看服务时间，服务时间内 → needs，服务时间外 → when_x',
    '节点 kind：查工单进度，提示音 ask，查到以后 → needs，没有查到时 → needs，等按键 8 秒',
    '节点 needs：转人工，队列 traffic，紧急，提前接听',
    '节点 when_x：留言',
  ])
})

test('of a changed menu only the nodes are told that read otherwise', () => {
  const { when_x: gone, ...kept } = MENU.nodes
  const nodes = { ...kept, hours: { ...MENU.nodes.hours, closed: 'needs' }, needs: { urgent: true, queue: 'traffic', kind: 'queue' } }
  expect(gone.kind).toBe('message')
  expect(differencesTold('menus', MENU, { ...MENU, nodes })).toEqual([
    { field: 'nodes.hours', name: '节点 hours', before: '看服务时间，服务时间内 → needs，服务时间外 → when_x', after: '看服务时间，服务时间内 → needs，服务时间外 → needs' },
    { field: 'nodes.when_x', name: '节点 when_x', before: '留言', after: '（无）' },
  ])
})

test('a draft may hold anything', () => {
  const nodes = { a: 7, b: null, c: { kind: 'toString', hours: { x: [1] } }, d: { kind: 'choose', keys: 'x' }, e: [] }
  expect(differencesTold('drafts', null, { nodes }).map((one) => one.after)).toEqual(['7', 'toString，hours x 1', '按键选择，按键 x'])
  expect(differencesTold('drafts', null, { nodes: 'none', purpose: 'x' }).map((one) => one.after)).toEqual(['x'])
})

test('documents of other kinds are told field by field', () => {
  expect(differencesTold('days', { date: '2026-10-01', hours: [] }, { date: '2026-10-01', hours: ['closed'] })).toEqual([
    { field: 'hours', name: '服务时间', before: '（无）', after: '全天不服务' },
  ])
})

test('of a sound the first digits are told, of a voice its name', () => {
  expect([told('sound', 'a'.repeat(64)), told('voice', 'zf_xiaoxiao'), told('voice', '')]).toEqual(['aaaaaaaa', '晓晓（女声）', '（无）'])
})

test('kinds of days, of callers and of contacts each have their words', () => {
  expect(['holiday', 'nuisance', 'police', 'interpreter', 'other'].map((kind) => told('kind', kind))).toEqual(['放假', '骚扰', '公安', '翻译', '其他'])
})

test('kinds of documents are told by what they hold', () => {
  expect(['texts', 'drafts', 'optouts', 'prompts', 'else'].map(kindName)).toEqual(['短信模板', '菜单草稿', '不收短信的号码', '提示音', 'else'])
})
