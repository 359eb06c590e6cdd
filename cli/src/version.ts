declare const IMMUTABLE_INFRA_PACKAGE: { readonly version: string; readonly homepage: string } | undefined;

const built = typeof IMMUTABLE_INFRA_PACKAGE === 'undefined' ? undefined : IMMUTABLE_INFRA_PACKAGE;

/** Version of the package, put in by the bundler. */
export const VERSION = built?.version ?? '0.0.0-source';

/** Home page of the package; empty when package.json names none. */
export const HOMEPAGE = built?.homepage ?? '';
