import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import { type HumanDecisionOptions, submitDecision } from '../agent/human-decision.ts';
import { takeInForm } from '../intake/form.ts';
import { whyMayNotDecide } from '../policy/approver.ts';
import { listPeople } from '../store/people.ts';
import { countRequests, findRequestRow, listRequests } from '../store/queue.ts';
import { readAttachment, readRequestDetail } from '../store/request-detail.ts';
import { implementation } from './implementation.ts';

const missing = (requestId: string) =>
  new AppError('not_found', `There is no request ${requestId}. Check the number, or look in the queue.`);

function mayNotDecideBecause(request: RequestRow, actor: Person): string | null {
  if (request.has_pending_decision) return 'It is decided; the agent is applying the decision.';
  if (request.status !== 'Escalated') return `It is ${request.status}: there is nothing to decide.`;
  const { requester, approver, delegate } = request;
  return whyMayNotDecide({ actor, requester, approver, delegate });
}

export function requestHandlers(options: HumanDecisionOptions) {
  const { db } = options;
  return {
    list: implementation.requests.list.handler(async ({ input, context }) =>
      listRequests(db.kysely, input, (await context.desk.person()).email),
    ),
    counts: implementation.requests.counts.handler(async ({ context }) =>
      countRequests(db.kysely, (await context.desk.person()).email),
    ),
    get: implementation.requests.get.handler(async ({ input, context }) => {
      const [detail, people, me] = await Promise.all([
        readRequestDetail(db.kysely, input.requestId),
        listPeople(db.kysely),
        context.desk.person(),
      ]);
      if (!detail) throw missing(input.requestId);
      const because = mayNotDecideBecause(detail.request, me);
      return {
        ...detail,
        mayDecide: because === null,
        mayNotDecideBecause: because,
        names: Object.fromEntries(people.map(({ email, name }) => [email, name])),
      };
    }),
    attachment: implementation.requests.attachment.handler(async ({ input }) => {
      const found = await readAttachment(db.kysely, input.attachmentId);
      if (!found) throw new AppError('not_found', 'There is no such attachment.');
      if (!found.content)
        throw new AppError('not_found', `${found.name} stayed in the chat it was sent in. Open it there.`);
      return { name: found.name, mediaType: found.media_type, content: found.content.toString('base64') };
    }),
    submit: implementation.requests.submit.handler(async ({ input, context }) => ({
      requestId: await takeInForm(options, input, await context.desk.person()),
    })),
    decide: implementation.requests.decide.handler(async ({ input, context }) => {
      const actor = await context.desk.person();
      await submitDecision(options, { ...input, actor, actorName: actor.name, via: 'queue', chat: null });
      const row = await findRequestRow(db.kysely, input.requestId);
      if (!row) throw missing(input.requestId);
      return row;
    }),
  };
}
