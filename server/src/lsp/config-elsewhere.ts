import type { ConfigNeighbours } from './protocol';

/**
 * Which configuration files another extension checks, completes and explains by our schema. What it does is not done
 * again here. Extensions come and go, so the client tells it anew.
 */
export class ConfigElsewhere {
  constructor(private told: ConfigNeighbours = {}) {}

  tell(told: ConfigNeighbours): void {
    this.told = told;
  }

  /** @param path of a configuration file */
  holds(path: string): boolean {
    return (path.endsWith('.json') ? this.told.jsonSchema : this.told.yamlSchema) === true;
  }
}
