import type { RuleMeta } from '../core/rule';
import type { Runtime } from './runtime';

/** Where the page of a rule is. */
export class RuleLinks {
  private readonly known = new Map<string, string | undefined>();

  /** @param template with `{id}`; the page in the package is linked without one */
  constructor(
    private readonly runtime: Pick<Runtime, 'docUri'>,
    private readonly template: string | undefined,
  ) {}

  /** @param customRules those of the workspace, which name their pages themselves */
  href(rule: string, customRules: readonly { readonly meta: RuleMeta }[] = []): string | undefined {
    const own = customRules.find(({ meta }) => meta.id === rule)?.meta.docs;
    if (own !== undefined) return /^https?:\/\//.test(own) ? own : undefined;
    if (rule.startsWith('custom/') || rule.endsWith('/*')) return undefined;
    if (!this.known.has(rule)) {
      const page = this.template === undefined ? this.runtime.docUri(rule) : this.template.replace('{id}', rule);
      this.known.set(rule, page);
    }
    return this.known.get(rule);
  }
}
