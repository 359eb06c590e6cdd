/**
 * What a file is for, told from its path (rules.md §4.5). In `development` the families about access, state,
 * health and rollout are mere hints: prototypes and tests are legitimate exceptions.
 */
export type Environment = 'production' | 'development';
