import { BACK } from './ask';

/** One question of several. It gets the answers so far and gives them on with its own. */
export type QuestionStep<Answers> = (
  answers: Answers,
  place: { readonly step: number; readonly steps: number },
) => Promise<Answers | typeof BACK | 'skip' | undefined>;

/**
 * Asks one question after the other; Back returns to the last one that was really asked.
 *
 * @param steps a step that has nothing to ask answers `skip`
 * @returns undefined when the person left
 */
export async function askInTurn<Answers>(
  start: Answers,
  steps: readonly QuestionStep<Answers>[],
): Promise<Answers | undefined> {
  const asked: { readonly index: number; readonly before: Answers }[] = [];
  let answers = start;
  for (let index = 0; index < steps.length;) {
    const step = steps[index];
    if (!step) break;
    const place = { step: asked.length + 1, steps: asked.length + steps.length - index };
    const answer = await step(answers, place);
    if (answer === undefined) return undefined;
    if (answer === BACK) {
      const last = asked.pop();
      if (!last) return undefined;
      ({ index, before: answers } = last);
      continue;
    }
    if (answer !== 'skip') {
      asked.push({ index, before: answers });
      answers = answer;
    }
    index++;
  }
  return answers;
}
