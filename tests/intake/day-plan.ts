/** A message of the day, in the order in which they are written. */
export interface PlannedMessage {
  chat: 'slack' | 'teams';
  /** The number of the message that opens the thread; its own where it is that one. */
  thread: number;
  text: string;
  isRedelivered: boolean;
}

/** Two of five are written in Teams. */
const chats = ['slack', 'teams', 'slack', 'slack', 'teams'] as const;
/** Every fourth message answers the one that many before it, which is of the same chat. */
const answersEvery = 4;
const answersBack = chats.length * 2;
const redeliveredEvery = 10;
/** By at most so many places does an event overtake others. */
const overtakesBy = 25;

/** So many messages, a quarter of them answers, a tenth delivered more than once; the same for the same count. */
export function planDay(messages: number): PlannedMessage[] {
  const plan: PlannedMessage[] = [];
  for (let number = 0; number < messages; number += 1) {
    const answered = plan[number - answersBack];
    const isAnswer = number % answersEvery === answersEvery - 1 && answered !== undefined;
    plan.push({
      chat: chats[number % chats.length] ?? 'slack',
      thread: isAnswer ? answered.thread : number,
      text: isAnswer
        ? `It is the one that I met at stand ${number}`
        : `A lead has the wrong owner, note ${number}`,
      isRedelivered: number % redeliveredEvery === 0,
    });
  }
  return plan;
}

/** The numbers of the messages in the order in which they are told: Slack's events out of order, within bounds. */
export function orderOfEvents(plan: readonly PlannedMessage[]): number[] {
  const places = plan.map(({ chat }, number) =>
    chat === 'slack' ? number + ((number * 13) % overtakesBy) : number,
  );
  const placeOf = (number: number): number => places[number] ?? number;
  return [...plan.keys()].toSorted((a, b) => placeOf(a) - placeOf(b) || a - b);
}
