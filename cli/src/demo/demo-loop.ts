import type { DemoStep } from './demo-scene';

/** What differs between the demos: how a version is written, what is said of each step, and what can be seen. */
export interface DemoLoop {
  readonly texts: Readonly<Record<'first' | 'broken' | 'better' | 'back', string>>;
  readonly write: (version: string, isHealthy: boolean) => void;
  readonly live: () => Promise<string>;
}

/** Deploy, a broken version, a better one, the way back, and what the ledger says of it all. */
export function demoLoop({ texts, write, live }: DemoLoop): readonly DemoStep[] {
  const deploy = ['deploy', 'demo', '--approve', 'all'];
  const step = (
    title: string,
    text: string,
    prepare: () => void,
    command: readonly string[],
    expect: number,
    after = live,
  ): DemoStep => ({ title, text, prepare, command, expect, after });
  const nothing = (): void => undefined;
  return [
    step('Bake v1 and deploy it', texts.first, () => write('v1', true), deploy, 0),
    step('Bake v2, which is broken', texts.broken, () => write('v2', false), deploy, 8),
    step('Bake v3 and deploy it', texts.better, () => write('v3', true), deploy, 0),
    step('Go back to v1', texts.back, nothing, ['rollback', 'demo', '--approve', 'all'], 0),
    step(
      'What the ledger says',
      'Every release, who approved it, and what can be gone back to.',
      nothing,
      ['status'],
      0,
      () => Promise.resolve(''),
    ),
  ];
}
