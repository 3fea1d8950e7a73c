import { describe, expect, it } from 'vitest'
import {
  FIELDS, KINDS_OF, NODE_KINDS, blank, branched, differing, fresh, greetings, nodeOf, putBack, renamed, unused, versions, whole, without,
  type MenuData,
} from '../src/menus'
import { menus as en } from '../src/locales/menus.en'
import { menus as zh } from '../src/locales/menus.zh'

const water: MenuData = {
  name: 'water', title: '供水', purpose: 'call', start: 'hello',
  nodes: { hello: fresh('choose', { keys: { 1: 'people' }, otherwise: 'people' }), people: fresh('queue') },
}

describe('nodes of a menu', () => {
  it('keep what both kinds have when one becomes another, and nothing else', () => {
    const node = fresh('play', { kind: 'choose', prompt: 'menu', keys: { 1: 'a' }, otherwise: 'b', wait_s: 5 })
    expect(node).toEqual({ kind: 'play', prompt: 'menu', next: '', keys: { 1: 'a' } })
    expect(fresh('rate', node)).toEqual({ kind: 'rate', question: '', prompt: 'menu', keys: '12345', next: '', wait_s: 5 })
  })

  it('keep their place and every way to them when they are renamed', () => {
    const now = renamed(water, 'people', 'desk')
    expect(Object.keys(now.nodes)).toEqual(['hello', 'desk'])
    expect(now.nodes.hello).toMatchObject({ keys: { 1: 'desk' }, otherwise: 'desk' })
    expect(renamed(water, 'hello', 'hi').start).toBe('hi')
  })

  it('come back to their place after they were removed', () => {
    const gone = without(water, 'hello')
    expect(Object.keys(gone.nodes)).toEqual(['people'])
    const back = putBack(gone, 'hello', water.nodes.hello!, 0)
    expect([Object.keys(back.nodes), back]).toEqual([['hello', 'people'], water])
  })

  it('are made for a field or a key that is to lead to a new one', () => {
    const field = branched(water, 'hello', 'otherwise')
    expect([field.nodes.hello!.otherwise, field.nodes.queue]).toEqual(['queue', fresh('queue')])
    const key = branched(field, 'hello', 'keys', '2')
    expect([key.nodes.hello!.keys, Object.keys(key.nodes)]).toEqual([{ 1: 'people', 2: 'queue_2' }, ['hello', 'people', 'queue', 'queue_2']])
    expect(branched(blank('x', 'after_talk'), 'question', 'next').nodes.goodbye).toEqual(fresh('goodbye'))
  })

  it('are named where two versions differ in them, and not where the server only left out what is usual', () => {
    const bare = { ...water, nodes: { ...water.nodes, people: { kind: 'queue' } } } as MenuData
    expect(differing(bare, water)).toEqual([])
    expect(differing(water, renamed(water, 'people', 'desk'))).toEqual(['hello', 'desk', 'people'])
  })

  it('are told from the fields that are refused', () => {
    expect(['nodes.people.queue', 'nodes.people', 'title', 'lines/12345.menu', ''].map(nodeOf)).toEqual(['people', 'people', '', '', ''])
  })

  it('get names that nobody has', () => {
    expect([unused(water.nodes, 'hours'), unused({ hours: fresh('hours') }, 'hours')]).toEqual(['hours', 'hours_2'])
  })

  it('have every field that the form shows, whatever the server left out', () => {
    const bare = { ...water, nodes: { people: { kind: 'queue' } } } as MenuData
    expect(whole(bare).nodes.people).toEqual({ kind: 'queue', queue: '', urgent: false })
  })

  it('begin with one that may be in a menu of this purpose', () => {
    for (const purpose of ['call', 'after_talk'] as const) {
      const kinds = Object.values(blank('x', purpose).nodes).map((one) => one.kind)
      expect(kinds.filter((one) => !KINDS_OF[purpose].includes(one))).toEqual([])
    }
  })

  it('begin in a menu that is called as it is named, so that it can be saved', () => {
    expect(blank('water', 'call').title).toBe('water')
  })

  it('keep seconds that were left empty, and take no other value that does not fit', () => {
    expect(fresh('choose', { wait_s: null, keys: null, otherwise: null })).toMatchObject({ wait_s: null, otherwise: '' })
    expect(fresh('progress', fresh('choose', { wait_s: '7' })).wait_s).toBe(5)
  })

  it('have words for every kind and field in both languages', () => {
    for (const words of [zh, en]) {
      for (const kind of NODE_KINDS) {
        expect(words.kind[kind] && words.does[kind]).toBeTruthy()
        for (const [field] of FIELDS[kind]) expect(field in words.field).toBe(true)
      }
    }
  })
})

describe('greetings', () => {
  it('are prompts of no language of their own, with their first words', () => {
    const prompts = [
      { name: 'greeting', text: '您好，欢迎致电市长热线，本次通话将被录音。' }, { name: 'greeting.en', text: 'Welcome.' }, { name: 'short', text: '您好' },
      { name: 'mute', text: '' },
    ]
    expect(greetings(prompts)).toEqual([
      { value: 'greeting', title: 'greeting · 您好，欢迎致电市长热线，本次通话将被' }, { value: 'short', title: 'short · 您好' }, { value: 'mute', title: 'mute' },
    ])
  })
})

describe('versions of a menu', () => {
  const change = (revision: number, after: object | null) => ({ revision, at: '', who: 'admin', before: null, after })

  it('count down from the one that stands, removals among them', () => {
    const told = versions([change(9, water), change(7, null), change(3, water)], 3, true)
    expect(told.map((one) => [one.number, one.data !== null])).toEqual([[3, true], [2, false], [1, true]])
  })

  it('are without a number where nobody can tell it', () => {
    expect(versions([change(9, null)], 0, false).map((one) => one.number)).toEqual([null])
    expect(versions([change(9, null), change(8, water)], 0, true).map((one) => one.number)).toEqual([2, 1])
  })
})
