import { expect, test } from 'vitest'
import { Drafts, EMPTY, type Draft } from '../src/drafts'
import { Shelf } from './samples'

function draft(call: string, content: string): Draft {
  return { call, caller: '13907330001', fields: { ...EMPTY, content }, number: null, version: null, at: 1 }
}

test('what was typed and what was saved at another page of his is known here, when it is read again', () => {
  const shelf = new Shelf()
  const here = new Drafts(shelf, 'op1001')
  here.put(draft('c1', '路灯'))
  here.put(draft('c2', '停水'))
  const there = new Drafts(shelf, 'op1001')
  there.remove('c1')
  there.put(draft('c2', '停水两天'))
  there.put(draft('c3', '噪音'))
  here.readAgain()
  expect(here.list().map(({ call, fields }) => [call, fields.content])).toEqual([['c2', '停水两天'], ['c3', '噪音']])
})

test('what the browser did not store stays, whatever older text of it is on the shelf', () => {
  const shelf = new Shelf()
  const drafts = new Drafts(shelf, 'op1001')
  drafts.put(draft('c1', '路灯'))
  shelf.full = true
  drafts.put(draft('c1', '路灯不亮'))
  drafts.readAgain()
  expect([drafts.get('c1')?.fields.content, drafts.durable]).toEqual(['路灯不亮', false])
})

test('that one was not stored is told until it is, whatever is typed elsewhere, or until it is saved', () => {
  const shelf = new Shelf()
  const drafts = new Drafts(shelf, 'op1001')
  shelf.full = true
  drafts.put(draft('c1', '路灯'))
  shelf.full = false
  drafts.put(draft('c2', '停水'))
  expect(drafts.durable).toBe(false)
  drafts.remove('c1')
  expect(drafts.durable).toBe(true)
})
