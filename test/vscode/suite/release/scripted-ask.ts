import assert from 'node:assert/strict';
import type {
  Ask,
  Choice,
  ModalQuestion,
  Notice,
  PickQuestion,
  TextQuestion,
} from '../../../../client/src/release/ask/ask';

/** How a question is answered: with a text, or with what a function says; undefined leaves it. */
type Answer<Question> = string | undefined | Promise<string> | ((question: Question) => string | undefined);

interface Rule {
  readonly pattern: RegExp;
  readonly answer: Answer<{ readonly text: string; readonly detail: string }>;
  isUsed: boolean;
}

/** Answers in the place of a person, and keeps what was asked. What nobody prepared an answer for is left. */
export class ScriptedAsk implements Ask {
  readonly asked: string[] = [];
  private readonly rules: Rule[] = [];

  /** Answers the next question that looks so, once. For a pick: a part of the label. */
  on(pattern: RegExp, answer: Answer<{ readonly text: string; readonly detail: string }>): this {
    this.rules.push({ pattern, answer, isUsed: false });
    return this;
  }

  /** Leaves the next question that looks so open until the function is called that this gives. */
  hold(pattern: RegExp): (answer: string) => void {
    let press: (answer: string) => void = () => undefined;
    const answer = new Promise<string>((resolve) => (press = resolve));
    this.on(pattern, answer);
    return press;
  }

  /** What was asked so. */
  find(pattern: RegExp): string | undefined {
    return this.asked.find((text) => pattern.test(text));
  }

  async pick<Value>({ title, placeholder, choices }: PickQuestion<Value>): Promise<Value | undefined> {
    const shown = choices.map(({ label, description, detail }) =>
      [label, description, detail].filter(Boolean).join(' | '),
    );
    const wanted = await this.answer(`pick ${title}: ${placeholder}`, shown.join('\n'));
    if (wanted === undefined) return undefined;
    const choice: Choice<Value> | undefined = choices.find(({ label }) => label.includes(wanted));
    assert.ok(choice, `no choice “${wanted}” among ${shown.join(', ')}`);
    assert.ok(!choice.isDisabled, `${choice.label} cannot be picked: ${choice.detail ?? ''}`);
    return choice.value;
  }

  async text({ title, prompt, problem }: TextQuestion): Promise<string | undefined> {
    const answer = await this.answer(`text ${title}: ${prompt}`, '');
    if (answer !== undefined) assert.equal(problem(answer), undefined);
    return answer;
  }

  async modal({ text, detail, buttons }: ModalQuestion): Promise<string | undefined> {
    const answer = await this.answer(`modal ${text}`, detail);
    if (answer !== undefined) assert.ok(buttons.includes(answer), `${answer} is not among ${buttons.join(', ')}`);
    return answer;
  }

  async notify({ severity, text, buttons = [] }: Notice): Promise<string | undefined> {
    const answer = await this.answer(`${severity} ${text}`, buttons.join(', '));
    if (answer !== undefined) assert.ok(buttons.includes(answer), `${answer} is not among ${buttons.join(', ')}`);
    return answer;
  }

  private async answer(text: string, detail: string): Promise<string | undefined> {
    this.asked.push(`${text}\n${detail}`);
    const rule = this.rules.find((one) => !one.isUsed && one.pattern.test(text));
    if (!rule) return undefined;
    rule.isUsed = true;
    return typeof rule.answer === 'function' ? rule.answer({ text, detail }) : rule.answer;
  }
}
