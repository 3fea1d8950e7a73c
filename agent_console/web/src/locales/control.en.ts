import type { consultEnds as consultEndsZh, control as controlZh, forwardEnds as forwardEndsZh, line as lineZh, talking as talkingZh, transfer as transferZh, whyControl as whyZh } from './control.zh'

export const control: typeof controlZh = {
  heading: 'Call control',
  police: '110: choose',
  policeTransfer: 'Transfer to 110',
  policeTransferWhen: 'Clearly for the police: the citizen goes to 110, you go to wrap-up',
  policeThree: 'Talk of three with 110',
  policeThreeWhen: 'Not clear yet: you, the citizen and 110 talk together',
  policeHint: 'Calls {title} {number}. F10 again, or Enter, transfers; Esc cancels.',
}

export const line: typeof lineZh = {
  heading: 'On the line',
  citizen: 'Citizen',
  me: 'Me',
  other: 'Third party',
  waiting: 'waits',
  ringing: 'ringing',
  calling: 'calling',
  talking: 'talking',
  held: 'on hold',
  consulting: 'consulting',
  ended: {
    busy: '{title} is busy; you are back with the citizen',
    not_answered: '{title} did not answer; you are back with the citizen',
    refused: '{title} refused; you are back with the citizen',
    unreachable: '{title} cannot be reached; you are back with the citizen',
    hung_up: '{title} hung up; you are back with the citizen',
    cancelled: '{title} was cancelled; you are back with the citizen',
    failed: 'Calling {title} failed; you are back with the citizen',
  },
}

export const transfer: typeof transferZh = {
  heading: { transfer: 'Transfer to', three: 'Who is to join' },
  search: 'Search',
  searchHint: 'Name, login, queue, office, number',
  looking: 'Looking who is free…',
  operator: 'Operators who are free',
  queue: 'Queues',
  contact: 'Offices',
  nobody: 'No other operator is free now; a queue takes him.',
  none: 'Nothing found: try another word.',
  ready: '{n} free',
  number: 'Outside number',
  numberWays: 'How to call it',
  numberHint: 'as 0733 2888 1234',
  way: { transfer: 'Transfer', consult: 'Consult', three: 'Three-way' },
  hint: {
    transfer: 'Transfer: the citizen hears music until connected, you are in wrap-up; where the operator does not answer, others of the queue do. Consult: the citizen hears music, you speak with the other first.',
    three: 'Three-way: you, the citizen and the other talk together once the other answers; until then the citizen hears music.',
  },
}

export const whyControl: typeof whyZh = {
  noHold: 'Only during a talk',
  noTransfer: 'Only during a talk',
  noThree: 'Only during a talk',
  noPolice: 'Only during a talk',
  consulted: 'You are consulted; the citizen is with your colleague',
  ordered: 'Under way, one moment',
  partyRings: 'Not answered yet',
  joins: 'Becomes three-way when answered',
  threeAlready: 'All three talk already',
  returnFirst: 'Go back to the citizen first',
  citizenHeld: 'The citizen still waits: take the call back first',
  citizenWaits: 'The citizen still waits: go back to the citizen first',
  endsAll: 'Three-way talk: pressed once more it ends for all three. To leave it alone, press Complete',
  cannotTake: 'Cannot take a call now',
  cannotAsk: 'Cannot be consulted now',
  nobodyFree: 'Nobody of this queue is free now',
  badNumber: 'Enter a number of 3 to 20 digits',
}

export const consultEnds: typeof consultEndsZh = {
  over: 'The consult is over',
  citizen_hung_up: 'Your colleague withdrew the consult',
  not_answered: 'You did not answer a colleague who wanted to consult you',
  refused: 'You refused a consult',
}

export const forwardEnds: typeof forwardEndsZh = {
  busy: 'Not transferred to {title}: busy. Citizen {caller} is back in the queue "{queue}" and waits to be answered',
  not_answered: 'Not transferred to {title}: no answer. Citizen {caller} is back in the queue "{queue}" and waits to be answered',
  unreachable: 'Not transferred to {title}: not reached. Citizen {caller} is back in the queue "{queue}" and waits to be answered',
  hung_up: 'Not transferred to {title}: they hung up. Citizen {caller} is back in the queue "{queue}" and waits to be answered',
}

export const talking: typeof talkingZh = {
  talk: {
    together: 'Talking',
    held: 'Citizen on hold, hears music',
    calling: 'Calling {name}, the citizen hears music',
    consulting: 'Consulting {name}, the citizen hears music',
    three: 'All three talk',
  },
  rung: 'Ringing',
  musicHeard: 'Music in all: {time}',
  musicLong: 'The citizen has waited for over a minute: go back.',
  consultRings: 'Consult · {name}',
  consulted: 'Consult · {name}, the citizen does not hear you',
  consultedThree: 'All three talk, the citizen hears you',
  consultHint: {
    asked: 'You are consulted: the citizen hears music, and not you until all three talk',
    join: 'You are asked to join: once you answer the citizen hears you',
    three: 'You have joined: the citizen and {name} hear you',
  },
}
