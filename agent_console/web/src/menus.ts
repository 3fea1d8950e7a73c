/** Voice menus: nodes by name, what each kind has to fill in, and what is done to them in the page. */
import type { PromptData, Stored } from './policy'

export const PURPOSES = ['call', 'after_talk'] as const
export type Purpose = (typeof PURPOSES)[number]

/** How a field is filled in. `greeting` and `silent`: a prompt that may be left out; `lines_queue`: a queue that may. */
export type FieldForm = 'prompt' | 'greeting' | 'silent' | 'node' | 'keys' | 'seconds' | 'lines_queue' | 'text' | 'yes'

export const NODE_KINDS = [
  'play', 'choose', 'hours', 'language', 'progress', 'rate', 'queue', 'message', 'transfer', 'call_back', 'goodbye',
] as const
export type NodeKind = (typeof NODE_KINDS)[number]

/** Kind -> its fields in the order in which they are filled in. */
export const FIELDS: Record<NodeKind, readonly (readonly [string, FieldForm])[]> = {
  play: [['prompt', 'greeting'], ['next', 'node'], ['keys', 'keys']],
  choose: [['prompt', 'prompt'], ['keys', 'keys'], ['otherwise', 'node'], ['again', 'silent'], ['wait_s', 'seconds']],
  hours: [['queue', 'lines_queue'], ['open', 'node'], ['closed', 'node']],
  language: [['language', 'text'], ['next', 'node']],
  progress: [['prompt', 'prompt'], ['next', 'node'], ['otherwise', 'node'], ['wait_s', 'seconds']],
  rate: [['question', 'text'], ['prompt', 'prompt'], ['keys', 'text'], ['next', 'node'], ['wait_s', 'seconds']],
  queue: [['queue', 'lines_queue'], ['urgent', 'yes']],
  message: [],
  transfer: [['number', 'text']],
  call_back: [],
  goodbye: [],
}

/** Purpose -> the kinds of node that a menu of it may have. */
export const KINDS_OF: Record<Purpose, readonly NodeKind[]> = {
  call: NODE_KINDS.filter((one) => one !== 'rate' && one !== 'goodbye'),
  after_talk: ['play', 'choose', 'rate', 'language', 'goodbye'],
}

/** Characters of what a prompt says that stand beside its name. */
const WORDS_SHOWN = 18
/** Values that are usual. */
export const USUAL: Readonly<Record<string, unknown>> = { wait_s: 5, urgent: false }

export interface MenuNode {
  kind: NodeKind
  [field: string]: unknown
}

export interface MenuData {
  name: string
  title: string
  purpose: Purpose
  start: string
  nodes: Record<string, MenuNode>
}

/** `stands`: as calls begin with it; `shipped`: there is one to go back to; `lines`: the numbers that go by it. */
export interface Menu {
  name: string
  stands: Stored<MenuData> | null
  draft: Stored<MenuData> | null
  shipped: boolean
  lines: string[]
}

export interface Menus {
  items: Menu[]
  prompts: { name: string; text: string }[]
  usual: string
  outside: boolean
}

/**
 * One of the library. `used`: the documents that name it; `version`: the first digits of the sound's SHA-256; `shipped`: there is one to
 * go back to; `stored`: the city's own as it is kept, null for one that is shipped.
 */
export interface Prompt {
  name: string
  text: string
  voice: string
  seconds: number
  version: string
  url: string
  used: { kind: 'lines' | 'queues' | 'notices' | 'menus'; key: string; title: string }[]
  shipped: boolean
  stored: Stored<PromptData> | null
}

/** `voices`: those by which a text can be spoken, the usual one first. */
export interface Library {
  items: Prompt[]
  voices: string[]
}

/** Prompts that a line may begin with, each with the first of its words. One in another language is said in place of its own by itself. */
export function greetings(prompts: readonly Pick<Prompt, 'name' | 'text'>[]): { value: string; title: string }[] {
  return prompts
    .filter((one) => !one.name.includes('.'))
    .map((one) => ({ value: one.name, title: one.text ? `${one.name} · ${one.text.slice(0, WORDS_SHOWN)}` : one.name }))
}

/** What the studio made. Levels in dBFS; `rate`, `channels`, `source_s`: of what it was given; `clipped`: that was too loud. */
export interface Sound {
  sound: string
  url: string
  seconds: number
  level: number
  peak: number
  rate: number
  channels: number
  source_s: number
  clipped: boolean
}

export interface Fault {
  place: string
  node: string
  text: string
}

export interface Look {
  faults: Fault[]
  picture: string
}

/** A new menu, called as it is named: the greeting, then a person; after the talk one question, then the end. */
export function blank(name: string, purpose: Purpose): MenuData {
  const nodes: Record<string, MenuNode> = purpose === 'call'
    ? { hello: fresh('play', { next: 'people' }), people: fresh('queue') }
    : { question: fresh('rate', { question: 'satisfied', next: 'bye' }), bye: fresh('goodbye') }
  return { name, title: name, purpose, start: Object.keys(nodes)[0]!, nodes }
}

/** A node of this kind; what `from` has of its fields is kept, also seconds that were left empty (null). */
export function fresh(kind: NodeKind, from: Record<string, unknown> = {}): MenuNode {
  const node: MenuNode = { kind }
  for (const [field, form] of FIELDS[kind]) {
    const empty = form === 'keys' ? {} : field === 'keys' ? '12345' : (USUAL[field] ?? '')
    const kept = field in from && (typeof from[field] === typeof empty || (form === 'seconds' && from[field] === null))
    node[field] = kept ? from[field] : empty
  }
  return node
}

/** As kept, with every field that the form shows. */
export function whole(data: MenuData): MenuData {
  const nodes = Object.entries(data.nodes).map(([name, node]) => [name, node.kind in FIELDS ? fresh(node.kind, node) : node])
  return { name: data.name, title: data.title, purpose: data.purpose, start: data.start, nodes: Object.fromEntries(nodes) as Record<string, MenuNode> }
}

/** A name that no node has yet. */
export function unused(nodes: Record<string, MenuNode>, kind: NodeKind): string {
  if (!(kind in nodes)) return kind
  let number = 2
  while (`${kind}_${number}` in nodes) number += 1
  return `${kind}_${number}`
}

/** The menu with a node of another name, which keeps its place and everything that leads to it. */
export function renamed(data: MenuData, from: string, to: string): MenuData {
  const led = (value: unknown): unknown => (value === from ? to : value)
  const nodes = Object.entries(data.nodes).map(([name, node]) => {
    const moved: MenuNode = { ...node }
    for (const [field, form] of FIELDS[node.kind] ?? []) {
      if (form === 'node') moved[field] = led(node[field])
      if (form === 'keys') moved[field] = Object.fromEntries(Object.entries(node[field] as object).map(([key, way]) => [key, led(way)]))
    }
    return [name === from ? to : name, moved]
  })
  return { ...data, start: data.start === from ? to : data.start, nodes: Object.fromEntries(nodes) as Record<string, MenuNode> }
}

/** The menu without a node, whatever still leads to it. */
export function without(data: MenuData, name: string): MenuData {
  return { ...data, nodes: Object.fromEntries(Object.entries(data.nodes).filter(([one]) => one !== name)) }
}

/** The menu with a node back at the place that it had. */
export function putBack(data: MenuData, name: string, node: MenuNode, place: number): MenuData {
  const others = Object.entries(data.nodes)
  return { ...data, nodes: Object.fromEntries([...others.slice(0, place), [name, node] as const, ...others.slice(place)]) }
}

/** The menu with a new node to which this field of a node leads, or this key of its field; it ends the way, so that nothing more need be filled in. */
export function branched(data: MenuData, from: string, field: string, key?: string): MenuData {
  const kind: NodeKind = data.purpose === 'call' ? 'queue' : 'goodbye'
  const name = unused(data.nodes, kind)
  const node = data.nodes[from]!
  const way = key === undefined ? name : { ...(node[field] as object), [key]: name }
  return { ...data, nodes: { ...data.nodes, [from]: { ...node, [field]: way }, [name]: fresh(kind) } }
}

/** Names of the nodes in which two versions of a menu differ, those that are there now first. */
export function differing(before: MenuData, after: MenuData): string[] {
  const [was, is] = [whole(before).nodes, whole(after).nodes]
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((one) => JSON.stringify(was[one]) !== JSON.stringify(is[one]))
}

/** The node in which the field stands that is refused, empty where it is none of a node. */
export function nodeOf(field: string): string {
  const [first, name] = field.split('.')
  return first === 'nodes' && name !== undefined ? name : ''
}

/** One version of a menu among its changes, the newest first. `number` is null where it cannot be told. */
export interface Version<T = MenuData> {
  number: number | null
  revision: number
  at: string
  who: string
  before: T | null
  data: T | null
}

/** Every change counts one, also taking a menu away: that was going back to the one that is shipped. */
export function versions<T = MenuData>(
  changes: readonly { revision: number; at: string; who: string; before: object | null; after: object | null }[], standing: number, all: boolean,
): Version<T>[] {
  const newest = standing > 0 ? standing : all ? changes.length : null
  return changes.map((one, place) => ({
    number: newest === null ? null : newest - place, revision: one.revision, at: one.at, who: one.who,
    before: one.before as T | null, data: one.after as T | null,
  }))
}
