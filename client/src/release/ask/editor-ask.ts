import { Disposable, l10n, QuickInputButtons, window, type InputBox, type QuickPick, type QuickPickItem } from 'vscode';
import { BACK, type Ask, type ModalQuestion, type Notice, type PickQuestion, type TextQuestion } from './ask';

interface ChoiceItem<Value> extends QuickPickItem {
  readonly value: Value;
  readonly isDisabled: boolean;
}

/** Asks with the editor's own quick picks, input boxes, modals and notifications. */
export class EditorAsk implements Ask {
  pick<Value>(question: PickQuestion<Value>): Promise<Value | typeof BACK | undefined> {
    const picker = window.createQuickPick<ChoiceItem<Value>>();
    picker.title = question.title;
    picker.placeholder = question.placeholder;
    picker.matchOnDescription = true;
    picker.matchOnDetail = true;
    picker.items = question.choices.map(({ label, description, detail, value, isDisabled }) => ({
      label: isDisabled ? `$(circle-slash) ${label}` : label,
      ...(description === undefined ? {} : { description }),
      ...(detail === undefined ? {} : { detail }),
      value,
      isDisabled: isDisabled ?? false,
    }));
    const preferred = picker.items.find(({ value }) => value === question.preferred);
    picker.activeItems = preferred ? [preferred] : picker.items.slice(0, 1);
    return answered<Value>(picker, question, (answer) =>
      picker.onDidAccept(() => {
        const [item] = picker.selectedItems;
        if (item && !item.isDisabled) answer(item.value);
      }),
    );
  }

  text(question: TextQuestion): Promise<string | typeof BACK | undefined> {
    const box = window.createInputBox();
    box.title = question.title;
    box.prompt = question.prompt;
    if (question.placeholder !== undefined) box.placeholder = question.placeholder;
    return answered<string>(box, question, (answer) =>
      Disposable.from(
        box.onDidChangeValue(() => (box.validationMessage = undefined)),
        box.onDidAccept(() => {
          box.validationMessage = question.problem(box.value);
          if (box.validationMessage === undefined) answer(box.value);
        }),
      ),
    );
  }

  async modal({ text, detail, buttons }: ModalQuestion): Promise<string | undefined> {
    return window.showWarningMessage(text, { modal: true, detail }, ...buttons);
  }

  async notify({ severity, text, buttons = [] }: Notice): Promise<string | undefined> {
    switch (severity) {
      case 'information':
        return window.showInformationMessage(text, ...buttons);
      case 'warning':
        return window.showWarningMessage(text, ...buttons);
      case 'error':
        return window.showErrorMessage(l10n.t('Immutable Infra: {0}', text), ...buttons);
    }
  }
}

/** Shows an input until it is answered, left, or gone back from. */
function answered<Value>(
  input: QuickPick<ChoiceItem<Value>> | InputBox,
  { step, steps }: { readonly step?: number | undefined; readonly steps?: number | undefined },
  listen: (answer: (value: Value) => void) => Disposable,
): Promise<Value | typeof BACK | undefined> {
  input.ignoreFocusOut = true;
  if (step !== undefined) input.step = step;
  if (steps !== undefined) input.totalSteps = steps;
  if (step !== undefined && step > 1) input.buttons = [QuickInputButtons.Back];
  return new Promise((resolve) => {
    const subscriptions: Disposable[] = [];
    const end = (value: Value | typeof BACK | undefined): void => {
      resolve(value);
      for (const subscription of subscriptions) subscription.dispose();
      input.dispose();
    };
    subscriptions.push(
      listen(end),
      input.onDidTriggerButton((button) => {
        if (button === QuickInputButtons.Back) end(BACK);
      }),
      input.onDidHide(() => end(undefined)),
    );
    input.show();
  });
}
