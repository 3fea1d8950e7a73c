/** Texts of what an operator does with a talk: hold, ask, join, give away, call 110. */
import type { ConsultEnd, ForwardFailed, PartyEnded, TalkState } from '../model'
import type { Hearing, Reason } from '../talk'
import type { Way } from '../targets'

export const control = {
  heading: '通话控制',
  police: '110：请选择',
  policeTransfer: '一键转接 110',
  policeTransferWhen: '明确的警情：市民直接转给 110，您进入话后',
  policeThree: '三方通话 110',
  policeThreeWhen: '还不明确：您留下，三人一起通话',
  policeHint: '呼叫 {title} {number}。再按一次 F10 或按回车：一键转接；Esc 取消。',
}

export const line = {
  heading: '通话各方',
  citizen: '市民',
  me: '我',
  other: '第三方',
  waiting: '等待',
  ringing: '振铃',
  calling: '呼叫',
  talking: '通话',
  held: '保持',
  consulting: '咨询',
  ended: {
    busy: '{title} 占线，已回到与市民的通话',
    not_answered: '{title} 无人接听，已回到与市民的通话',
    refused: '{title} 拒接，已回到与市民的通话',
    unreachable: '{title} 无法接通，已回到与市民的通话',
    hung_up: '{title} 已挂断，已回到与市民的通话',
    cancelled: '已取消 {title}，已回到与市民的通话',
    failed: '呼叫 {title} 没有成功，已回到与市民的通话',
  } satisfies Record<PartyEnded['reason'], string>,
} satisfies Record<Hearing, string> & Record<string, unknown>

export const transfer = {
  heading: { transfer: '转接给', three: '请谁加入通话' },
  search: '查找',
  searchHint: '姓名、工号、队列、单位、号码',
  looking: '正在查看谁有空…',
  operator: '空闲的话务员',
  queue: '队列',
  contact: '单位',
  nobody: '现在没有别的话务员空闲，可以转到队列。',
  none: '没有找到，请换个词。',
  ready: '{n} 人空闲',
  number: '外线号码',
  numberWays: '怎样呼叫这个号码',
  numberHint: '如 0733 2888 1234',
  way: { transfer: '转接', consult: '咨询', three: '三方' } satisfies Record<Way, string>,
  hint: {
    transfer: '转接：市民听音乐等候接通，您进入话后；话务员没有接听时，由队列里的其他人接。咨询：市民听音乐，您先和对方说。',
    three: '三方：对方接听后，您、市民和对方一起通话；接通前市民听音乐。',
  },
}

/** Beside those of `why`. */
export const whyControl = {
  noHold: '通话中才能保持',
  noTransfer: '通话中才能转接',
  noThree: '通话中才能三方',
  noPolice: '通话中才能呼叫 110',
  consulted: '您是被咨询的一方，市民由同事接待',
  ordered: '正在办理，请稍候',
  partyRings: '对方还没有接听',
  joins: '对方接听后自动进入三方',
  threeAlready: '已经是三方通话',
  returnFirst: '请先返回市民',
  citizenHeld: '市民还在等待，请先取回',
  citizenWaits: '市民还在等待，请先返回市民',
  endsAll: '三方通话：再按一次“挂断”，三方都会断开；只自己退出，请按“完成转接”',
  cannotTake: '对方现在不能接转来的电话',
  cannotAsk: '对方现在不能接受咨询',
  nobodyFree: '这个队列现在没有人空闲',
  badNumber: '请输入 3 到 20 位的号码',
} satisfies Record<Exclude<Reason, '' | 'serverAway'>, string> & Record<string, string>

/** What who was asked into a talk is told when nothing comes of it any more. */
export const consultEnds = {
  over: '咨询已结束',
  citizen_hung_up: '同事的咨询已取消',
  not_answered: '没有接听同事的咨询',
  refused: '已拒接同事的咨询',
} satisfies Record<ConsultEnd, string>

/** What who gave a citizen to a number outside is told when nobody has him there. */
export const forwardEnds = {
  busy: '转接 {title} 没有成功：对方忙。市民 {caller} 已回到“{queue}”队列，等候接听',
  not_answered: '转接 {title} 没有成功：无人接听。市民 {caller} 已回到“{queue}”队列，等候接听',
  unreachable: '转接 {title} 没有成功：线路不通。市民 {caller} 已回到“{queue}”队列，等候接听',
  hung_up: '转接 {title} 没有成功：对方已挂断。市民 {caller} 已回到“{queue}”队列，等候接听',
} satisfies Record<ForwardFailed['reason'], string>

/** Beside those of `panel`. */
export const talking = {
  talk: {
    together: '通话中',
    held: '市民保持中，正在听音乐',
    calling: '正在呼叫 {name}，市民正在听音乐',
    consulting: '正在咨询 {name}，市民正在听音乐',
    three: '三方通话中',
  } satisfies Record<TalkState, string>,
  rung: '已振铃',
  musicHeard: '本次通话共听音乐 {time}',
  musicLong: '市民已等候超过 1 分钟，请回到市民。',
  consultRings: '咨询 · {name}',
  consulted: '咨询 · {name}，市民听不到您',
  consultedThree: '三方通话中，市民听得到您',
  consultHint: {
    asked: '您被咨询：市民在听音乐，三方通话前听不到您',
    join: '您被请入三方：接听后市民听得到您',
    three: '您被请入三方：市民和 {name} 都听得到您',
  },
}
