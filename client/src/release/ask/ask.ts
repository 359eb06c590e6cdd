/** The person went one question back. */
export const BACK = Symbol('back');

export interface Choice<Value> {
  readonly label: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  readonly value: Value;
  /** Listed with the reason in `detail`; picking it asks again. */
  readonly isDisabled?: boolean | undefined;
}

export interface PickQuestion<Value> {
  readonly title: string;
  readonly placeholder: string;
  readonly choices: readonly Choice<Value>[];
  /** The choice that is marked at first: what was picked last time. */
  readonly preferred?: Value | undefined;
  /** Where one is among the questions, from 1; a back button stands from the second. */
  readonly step?: number | undefined;
  readonly steps?: number | undefined;
}

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string | undefined;
  /** Why a text is not accepted; undefined when it is. */
  readonly problem: (text: string) => string | undefined;
  readonly step?: number | undefined;
  readonly steps?: number | undefined;
}

/** A question that stops everything. Escape and Cancel answer it with nothing. */
export interface ModalQuestion {
  readonly text: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

export interface Notice {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly buttons?: readonly string[] | undefined;
}

/** How a command talks with a person. Tests answer in its place. */
export interface Ask {
  /** @returns undefined when the person left */
  pick<Value>(question: PickQuestion<Value>): Promise<Value | typeof BACK | undefined>;
  text(question: TextQuestion): Promise<string | typeof BACK | undefined>;
  /** @returns the button; undefined for Cancel */
  modal(question: ModalQuestion): Promise<string | undefined>;
  /** @returns the button; undefined when it was closed, or when time went by */
  notify(notice: Notice): Promise<string | undefined>;
}
