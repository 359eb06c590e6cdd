import type { PlanSection } from './markdown';
import type { ChangeKind } from './plan';
import { isSamePlan, type AttributeDifference, type ChangeDifference, type PlanDifference } from './plan-difference';

const ACTIONS: Readonly<Record<ChangeKind, string>> = {
  destroy: 'destroy',
  'replace-destroy-first': 'replace, destroyed first',
  'replace-create-first': 'replace, created first',
  forget: 'forget',
  update: 'change in place',
  create: 'create',
  import: 'import',
  read: 'read',
};

/** The difference of two plans as a part of a plan's document. */
export function differenceSection(difference: PlanDifference): PlanSection {
  const { run, wasApproved, changes, outputs, masked } = difference;
  const which = wasApproved ? 'was approved and not applied' : 'waited before and was not decided on';
  const same = isSamePlan(difference) ? [`It does the same as the plan of run \`${run}\`, which ${which}.`] : [];
  const what =
    changes.length + outputs.length === 1 ? '1 thing differs' : `${changes.length + outputs.length} things differ`;
  const hidden =
    masked === 0
      ? []
      : ['', `${masked === 1 ? '1 masked value' : `${masked} masked values`} of both plans cannot be compared.`];
  const lines = outputs.length === 0 ? [] : ['! outputs', ...outputs.flatMap(attributeLines)];
  const body = [...changes.flatMap(changeLines), ...lines].map((line) => line.replace(/\r?\n/g, ' '));
  const fence = body.some((line) => /`{3,}/.test(line)) ? '````' : '```';
  return {
    title: wasApproved
      ? 'What differs from the plan that was approved'
      : 'What differs from the plan that waited before',
    lines: [
      ...(same.length > 0 ? same : [`${what} from the plan of run \`${run}\`, which ${which}.`, '']),
      ...(body.length === 0 ? [] : [`${fence}diff`, ...body, fence]),
      ...hidden,
    ],
  };
}

function changeLines({ address, before, after, attributes }: ChangeDifference): string[] {
  const heading =
    before === after
      ? [`! ${address} (${after === null ? '' : ACTIONS[after]})`]
      : [
          before === null ? `- ${address}: left alone` : `- ${address}: ${ACTIONS[before]}`,
          after === null ? `+ ${address}: left alone` : `+ ${address}: ${ACTIONS[after]}`,
        ];
  // Of what only one of the plans touches, the plan itself tells all.
  return before === null || after === null ? heading : [...heading, ...attributes.flatMap(attributeLines)];
}

function attributeLines({ path, before, after }: AttributeDifference): string[] {
  return [
    ...(before === null ? [] : [`-   ${path} = ${before}`]),
    ...(after === null ? [] : [`+   ${path} = ${after}`]),
  ];
}
