import type { Call, Case, Message, Operator, Queue } from '../src/model'

export const operator: Operator = {
  login: 'op1001', name: '李晓雯', state: 'ready', since: '2026-11-23T18:00:00+08:00',
  queues: ['main'], skills: {}, taken: 0, phone: true, call: null, wrap_up_until: null, pause_pending: false,
  pause: null, pause_kind: '', pause_title: '', overdue: false, asked: null, asked_title: '',
}

export const call: Call = {
  id: 'c1', caller: '13907330001', caller_name: '', called: '12345', line: '12345', tag: '12345', diverted_from: '',
  urgent: false, returned: false, forwarded_to: '', joined: '', transferred_by: '', taken_over: false, mark: null, turn: null, queue: 'main', state: 'ringing', outcome: null,
  abandon_stage: null, operator: 'op1001', arrived_at: '2026-11-23T18:30:00+08:00', queued_at: '2026-11-23T18:30:09+08:00', waiting_since: '2026-11-23T18:30:09+08:00',
  answered_at: null, ended_at: null, wait_s: 4, talk_s: 0, ended_by: null, recordings: [], case: null,
}

export const queue: Queue = {
  name: 'main', title: '市长热线', waiting: 2, longest_since: '2026-11-23T18:30:09+08:00', signed_in: 6, ready: 2, talking: 3,
}

export const kase: Case = {
  number: '20261123-0001', type: '求助', content: '路灯不亮', place: '解放路', urgency: '一般', citizen_name: '',
  caller: '13907330001', call: 'c1', operator: 'op1001', state: '待受理',
  created_at: '2026-11-23T18:31:00+08:00', updated_at: '2026-11-23T18:31:00+08:00', version: 1,
}

export const message = (number: string, more: Partial<Message> = {}): Message => ({
  id: number, number, call: number, caller: '13907330001', at: '2026-11-23T18:00:00+08:00', due_at: '2026-11-23T19:00:00+08:00',
  seconds: 0, state: 'open', kind: 'message', recording: null, reason: null, takes: [], confirmed: false, owner: '',
  owner_name: '', taken_at: null, attempts: 0, tried_at: null, talked_at: null, ending: '', case: null, done_at: null, moves: 1,
  transcript: null, calls: 1, last_at: null, got_through: null, ...more,
})

/** A shelf like the browser's own. */
export class Shelf implements Storage {
  private readonly kept = new Map<string, string>()
  full = false
  get length(): number {
    return this.kept.size
  }
  key(index: number): string | null {
    return [...this.kept.keys()][index] ?? null
  }
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.kept.set(key, value)
  }
  removeItem(key: string): void {
    this.kept.delete(key)
  }
  clear(): void {
    this.kept.clear()
  }
}
