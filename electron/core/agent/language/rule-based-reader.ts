import { readMarkup } from './markup.ts';
import { asksForSelf, type Mention, mentionsIn } from './mentions.ts';
import type { KnownName, LanguageReader, Reading, ReadingInput, References } from './reader.ts';
import { internalDomains, type ReadText, referencesIn, withPlainReferences } from './references.ts';

/** Longer texts are read up to here; what matters is said at the beginning, and reading must stay quick. */
const maximumReadLength = 10_000;

const ownership =
  /\b(?:owner(?:s|ship)?|own(?:s|ed)?|(?:mis|re-?)?rout(?:e|ed|es|ing)|(?:mis-?|re-?|un)?assign(?:ed|s|ment|ing)?|territor\w+|belongs?|round.?robin|named account|wrong (?:person|rep|owner|team|hands|place|salesperson|guy|queue|region|one|seller|ae|sdr)|went to|sits? with|sitting with|(?:should|must|needs? to|ought to)(?: not|n't)? (?:be|go|sit|stay|belong|move) (?:\w+ )?(?:with|to)|(?:is|are|was|still) with|hand(?:ed)? (?:over|to)|give (?:\w+ ){1,4}to|move (?:\w+ ){1,4}to|should(?: not|n't)? (?:have|own|get)|(?:falsch|falsche[mnrs]?) \w*zuge\w+|zuständig\w*|zugewiesen|zugeordnet|propriétaire|attribu\w+|mauvais(?:e)? (?:commercial\w*|personne))\b/iu;
const leadWords = /\b(?:leads?|prospects?|contacts?|salesforce|hubspot|crm)\b/i;
const otherTopics =
  /\b(?:commissions?|payouts?|bonus(?:es)?|quotas?|passwords?|passwort|log ?in|logging in|sign ?in|locked out|2fa|mfa|vpn|laptop|printer|access|permissions?|licen[cs]es?|invoices?|expenses?|reimburse\w*|payroll|salary|vacation|holidays?|pto|sick leave|discounts?|price list|pricing|travel|parking|lunch|birthday|meeting room|onboarding|payslip)\b/i;
/** What somebody may want of a lead that has nothing to do with who owns it. */
const otherWishes =
  /\b(?:delete|phone number|postal address|unsubscribe|gdpr|convert (?:the|this) lead|create (?:a |the |an? new )?(?:new )?(?:leads?|contacts?)|import (?:a |the |these )?leads?|typo in)\b/i;
const urgent =
  /\b(?:urgent(?:ly)?|asap|a\.s\.a\.p\.?|as soon as possible|immediately|right away|emergency|critical|time.sensitive|can(?:'t|not) wait|(?:high|top|highest) prio(?:rity)?|dringend\w*|sofort|eilig|eilt|d'urgence|urgence)\b/i;
const patient =
  /\b(?:not (?:that |very |really |so |at all |super |too )*urgent|(?:isn't|is not|nothing|not) (?:an? )?(?:urgent|emergency|critical|time.sensitive)|no (?:rush|hurry|urgency)|can wait|whenever|when(?:ever)? you (?:have|get|find) (?:a |the |some )?(?:time|chance|minute|moment)|low(?:est)? prio(?:rity)?|nicht (?:so |sehr )?(?:dringend|eilig)|kann warten|pas (?:très )?urgent|peut attendre)\b/gi;

/** A message that takes the request back, and says nothing else but why. */
const withdrawal =
  /^\W*(?:(?:oh|ok|okay|sorry|ah|actually|hi|hey|please|pls|you can|you may|stop)\W+){0,3}(?:never ?mind\b(?! (?:the|my|that) )|forget (?:it|about it|this|that)\b|scratch that\b|(?:please )?(?:ignore|disregard) (?:this|that|it|my (?:request|message|last message)|the above)\b|(?:please )?(?:cancel|withdraw|drop|close)\b(?: (?:it|this|that|(?:my|the|this) (?:request|ticket|case|message)))?(?: please)?\W*$|(?:please )?(?:cancel|withdraw) (?:it|this|that|my request|the request|this request)\b|(?:it'?s |this is |that'?s |it has been |has been |i(?:'ve)? )?(?:already )?(?:sorted|solved|resolved|settled|(?:been )?fixed)\b(?! (?:the|a)\b)|(?:this is |it'?s |that'?s )?no longer (?:needed|necessary|relevant)|(?:i )?(?:want to |would like to |'d like to )?withdraw\b|(?:do not|don't) (?:change|do) anything|hat sich erledigt|erledigt\b|bitte (?:stornieren|abbrechen)|(?:i )?take (?:it|that) back|laisse[rz]? tomber|annule[rz]?)/i;

interface ReadMessage {
  text: string;
  references: References;
  mentions: Mention[];
  asksForSelf: boolean;
}

/** Blanks names of known people, so that they are not taken for the lead. */
function maskMentions(text: string, mentions: readonly Mention[]): string {
  let masked = text;
  for (const { start, end } of mentions)
    masked = masked.slice(0, start) + ' '.repeat(end - start) + masked.slice(end);
  return masked;
}

function readMessage(raw: string, place: ReadText['place'], knownNames: readonly KnownName[]): ReadMessage {
  const { text, links } = readMarkup(raw.slice(0, maximumReadLength), knownNames);
  const spoken = withPlainReferences(text, knownNames);
  const mentions = mentionsIn(spoken, knownNames);
  const masked = maskMentions(text, mentions);
  return {
    text,
    references: referencesIn({ text, links, masked, place }, knownNames),
    mentions,
    asksForSelf: asksForSelf(spoken),
  };
}

const refersToRecord = ({ records, emails }: References): boolean => records.length > 0 || emails.length > 0;

/** Whether another topic is what the words are about: it is named, and before anything about ownership is. */
function isAboutOtherTopic(text: string, hasRecord: boolean): boolean {
  const other = otherTopics.exec(text) ?? otherWishes.exec(text);
  if (!other) return false;
  const owning = ownership.exec(text);
  if (owning !== null && hasRecord) return false;
  return (
    owning === null ||
    (/\b(?:my|our|the|a|about|reset|forgot|need|get|no|lost|change)\s+(?:\w+\s+){0,2}$/i.test(
      text.slice(0, other.index),
    ) &&
      other.index < owning.index)
  );
}

function scopeOf(messages: readonly ReadMessage[], hasField: boolean): Reading['scope'] {
  const text = messages.map((message) => message.text).join('\n');
  const hasRecord = messages.some(({ references }) => refersToRecord(references));
  if (isAboutOtherTopic(text, hasRecord)) return 'other';
  if (hasField || hasRecord || ownership.test(text) || leadWords.test(text)) return 'routing';
  return messages.some(({ references }) => references.names.length > 0) ? 'unclear' : 'other';
}

/** The one person named as the right owner; the latest message that names or refuses somebody counts. */
function askedOwnerOf(messages: readonly ReadMessage[], requester: string | null): string | null {
  let asked: string | null = null;
  for (const message of messages) {
    const wanted = new Set(
      message.mentions.filter(({ stance }) => stance === 'asked').map(({ email }) => email),
    );
    const refused = message.mentions.filter(({ stance }) => stance === 'refused').map(({ email }) => email);
    for (const email of refused) wanted.delete(email);
    if (asked !== null && refused.includes(asked)) asked = null;
    const [only] = wanted;
    if (wanted.size === 1 && only !== undefined) asked = only;
    else if (wanted.size > 1) asked = null;
    else if (message.asksForSelf) asked = requester;
  }
  return asked;
}

/** "Not urgent" says the opposite of the word in it. */
function urgencyOf(text: string): Reading['urgency'] {
  if (urgent.test(text.replace(patient, ' '))) return 'urgent';
  return text.search(patient) >= 0 ? 'can_wait' : null;
}

/** Taking back is the whole of the message: one that names a lead or an owner, or asks, corrects something instead. */
function isWithdrawal(message: ReadMessage | undefined): boolean {
  if (!message || !withdrawal.test(message.text)) return false;
  const { text, references, mentions } = message;
  return (
    !refersToRecord(references) && !/\?\s*$/.test(text) && mentions.every(({ stance }) => stance !== 'asked')
  );
}

/** People of the organisation whom no list knows, written by e-mail: they are named, though nobody here. */
function withUnknownColleagues(input: ReadingInput): KnownName[] {
  const domains = internalDomains(input.knownNames);
  const known = new Set(input.knownNames.map(({ email }) => email));
  const names = [...input.knownNames];
  for (const { text } of input.messages) {
    for (const [written] of text
      .slice(0, maximumReadLength)
      .matchAll(/(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g)) {
      const email = written.toLowerCase();
      if (known.has(email) || !domains.has(email.slice(email.indexOf('@') + 1))) continue;
      known.add(email);
      names.push({ email, name: email, chatId: null, isActiveOwner: false });
    }
  }
  return names;
}

/** Reads requests by rules alone: no model, no guess, the same words always read the same. */
export function createRuleBasedReader(): LanguageReader {
  return {
    read(input) {
      const knownNames = withUnknownColleagues(input);
      const messages = input.messages.map(({ text }, index) =>
        readMessage(text, index === 0 ? 'opening' : 'answer', knownNames),
      );
      const field = input.targetRecord?.trim() ? readMessage(input.targetRecord, 'field', knownNames) : null;
      const all = field ? messages.toSpliced(1, 0, field) : messages;
      const text = messages.map((message) => message.text).join('\n');
      return Promise.resolve({
        scope: scopeOf(messages, field !== null),
        isQuestion: /\?\s*$/m.test(text),
        references: all.map(({ references }) => references),
        askedOwner: askedOwnerOf(messages, input.requester),
        urgency: urgencyOf(text),
        isWithdrawn: isWithdrawal(messages.at(-1)),
      });
    },
  };
}
