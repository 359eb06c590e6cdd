// Written by scripts/gen-rules.mjs from release/src/config/pipeline.schema.json. Do not edit.
import type { JsonSchema } from '../core/config-schema';

/** The keys of `immutable.yaml` beside `lint`. */
export const DELIVERY_SCHEMA: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Delivery keys of immutable.yaml',
  type: 'object',
  required: ['app'],
  additionalProperties: false,
  patternProperties: { '^x-': true },
  properties: {
    version: { const: 1, description: 'Version of this format.' },
    lint: true,
    app: { $ref: '#/definitions/name', description: 'Name of the application.' },
    images: {
      type: 'object',
      description: 'What is baked, by name.',
      propertyNames: { $ref: '#/definitions/name' },
      additionalProperties: { $ref: '#/definitions/image' },
    },
    environments: {
      type: 'object',
      description: 'Where images are deployed, by name.',
      propertyNames: { $ref: '#/definitions/name' },
      additionalProperties: { $ref: '#/definitions/environment' },
    },
    gates: { $ref: '#/definitions/gates' },
    ledger: {
      type: 'object',
      additionalProperties: false,
      required: ['backend'],
      description:
        'Where the history of releases is kept: on this machine (`local`), or for a team in a Git remote (`git`).',
      properties: {
        backend: { enum: ['local', 'git'] },
        remote: {
          type: 'string',
          pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*$',
          description: 'Name of a Git remote; `origin` when there is none.',
        },
      },
    },
  },
  definitions: {
    name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,38}$' },
    duration: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$', description: 'Such as 30s, 5m or 1h.' },
    path: { type: 'string', minLength: 1, pattern: '^[^\\u0000]*$' },
    texts: { type: 'array', items: { type: 'string' } },
    textMap: { type: 'object', additionalProperties: { type: 'string' } },
    command: {
      type: 'array',
      items: { type: 'string', pattern: '^[^\\u0000]*$' },
      minItems: 1,
      description: 'A program and its words. No shell reads them.',
    },
    commandTest: {
      type: 'object',
      additionalProperties: false,
      required: ['argv'],
      properties: { argv: { $ref: '#/definitions/command' }, timeout: { $ref: '#/definitions/duration' } },
    },
    imageTest: {
      type: 'object',
      additionalProperties: false,
      properties: {
        run: {
          type: 'object',
          additionalProperties: false,
          required: ['argv'],
          properties: { argv: { $ref: '#/definitions/command' } },
          description: 'Runs inside the new image.',
        },
        argv: { $ref: '#/definitions/command', description: 'Runs beside it.' },
        timeout: { $ref: '#/definitions/duration' },
      },
      oneOf: [{ required: ['run'] }, { required: ['argv'] }],
    },
    image: {
      type: 'object',
      additionalProperties: false,
      properties: {
        packer: { $ref: '#/definitions/packer' },
        container: { $ref: '#/definitions/container' },
        inputs: { $ref: '#/definitions/texts', description: 'Globs of the files that the image is made of.' },
        test: { type: 'array', items: { $ref: '#/definitions/imageTest' } },
        keep: {
          type: 'integer',
          minimum: 1,
          description: 'Images of how many healthy releases are never offered for deletion.',
        },
      },
      oneOf: [{ required: ['packer'] }, { required: ['container'] }],
    },
    packer: {
      type: 'object',
      additionalProperties: false,
      required: ['template'],
      properties: {
        template: { $ref: '#/definitions/path', description: 'A file or a folder.' },
        only: { $ref: '#/definitions/texts' },
        vars: { $ref: '#/definitions/textMap' },
        varFiles: { type: 'array', items: { $ref: '#/definitions/path' } },
        artifact: {
          type: 'object',
          additionalProperties: false,
          required: ['kind'],
          properties: {
            kind: { enum: ['ami', 'files', 'container', 'other'] },
            region: { type: 'string', description: 'Picks one id of an image that was copied to several regions.' },
          },
        },
        timeout: { $ref: '#/definitions/duration' },
      },
    },
    container: {
      type: 'object',
      additionalProperties: false,
      required: ['repository'],
      properties: {
        dockerfile: { $ref: '#/definitions/path' },
        context: { $ref: '#/definitions/path' },
        builder: { enum: ['auto', 'docker', 'podman', 'buildah'] },
        platforms: { $ref: '#/definitions/texts' },
        repository: { type: 'string', minLength: 1 },
        tag: { type: 'string', description: 'Unique for each release, never moved.' },
        alias: { $ref: '#/definitions/texts', description: 'More tags, which move.' },
        args: { $ref: '#/definitions/textMap', description: 'Build arguments.' },
        target: { type: 'string' },
        labels: { enum: ['auto', 'none'] },
        insecureRegistry: { type: 'boolean', description: 'Plain HTTP. Only for a registry on this machine.' },
        timeout: { $ref: '#/definitions/duration' },
      },
    },
    environment: {
      type: 'object',
      additionalProperties: false,
      required: ['target'],
      properties: {
        protected: { type: 'boolean' },
        promoteFrom: {
          type: 'object',
          additionalProperties: false,
          required: ['environment'],
          properties: { environment: { $ref: '#/definitions/name' }, minSoak: { $ref: '#/definitions/duration' } },
        },
        branches: { $ref: '#/definitions/texts' },
        target: {
          type: 'object',
          additionalProperties: false,
          minProperties: 1,
          maxProperties: 1,
          properties: {
            terraform: { $ref: '#/definitions/terraform' },
            containers: { $ref: '#/definitions/containers' },
            kubernetes: { $ref: '#/definitions/kubernetes' },
          },
        },
        pin: { $ref: '#/definitions/textMap' },
        health: { type: 'array', items: { $ref: '#/definitions/health' } },
        route: { $ref: '#/definitions/route' },
        soak: { $ref: '#/definitions/duration' },
        retire: {
          type: 'object',
          additionalProperties: false,
          properties: {
            mode: { enum: ['auto', 'confirm'] },
            after: { type: 'string', pattern: '^(soak|[0-9]+(ms|s|m|h))$', description: '`soak` or a duration.' },
          },
        },
        rollback: {
          type: 'object',
          additionalProperties: false,
          properties: {
            mode: { enum: ['image', 'full'] },
            auto: { enum: [false, 'on-health-failure'] },
            keep: { type: 'integer', minimum: 1 },
          },
        },
      },
    },
    terraform: {
      type: 'object',
      additionalProperties: false,
      required: ['dir'],
      properties: {
        tool: {
          enum: ['auto', 'terraform', 'tofu'],
          description: '`auto`: Terraform, or OpenTofu where only that is installed.',
        },
        dir: { $ref: '#/definitions/path' },
        workspace: { type: 'string', pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]*$' },
        varFiles: { type: 'array', items: { $ref: '#/definitions/path' } },
        set: { $ref: '#/definitions/textMap' },
        read: {
          type: 'object',
          additionalProperties: false,
          properties: {
            image: {
              type: 'object',
              additionalProperties: false,
              required: ['output'],
              properties: { output: { type: 'string' } },
            },
          },
        },
        guard: {
          type: 'object',
          additionalProperties: false,
          properties: {
            allow: { $ref: '#/definitions/texts' },
            neverDestroy: { $ref: '#/definitions/texts' },
            deploy: { $ref: '#/definitions/guardStep' },
            route: { $ref: '#/definitions/guardStep' },
            retire: { $ref: '#/definitions/guardStep' },
          },
        },
        blueGreen: {
          type: 'object',
          additionalProperties: false,
          required: ['active', 'image'],
          properties: {
            active: {
              type: 'object',
              additionalProperties: false,
              required: ['variable', 'output', 'values'],
              properties: {
                variable: { type: 'string' },
                output: { type: 'string' },
                values: {
                  type: 'array',
                  items: { $ref: '#/definitions/name' },
                  minItems: 2,
                  maxItems: 2,
                  uniqueItems: true,
                },
              },
            },
            image: {
              type: 'object',
              additionalProperties: false,
              required: ['variable', 'output'],
              properties: { variable: { type: 'string' }, output: { type: 'string' } },
            },
            idle: { enum: ['keep', 'scale-to-zero', 'destroy'] },
          },
        },
        refresh: {
          type: 'object',
          additionalProperties: false,
          required: ['asg'],
          properties: {
            asg: { type: 'string' },
            minHealthy: { type: 'integer', minimum: 0, maximum: 100 },
            timeout: { $ref: '#/definitions/duration' },
          },
        },
      },
    },
    guardStep: {
      type: 'object',
      additionalProperties: false,
      required: ['allow'],
      properties: { allow: { $ref: '#/definitions/texts' } },
    },
    containers: {
      type: 'object',
      additionalProperties: false,
      required: ['run'],
      properties: {
        engine: { enum: ['auto', 'docker', 'podman'] },
        runtime: { type: 'string' },
        run: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'image', 'slots'],
            properties: {
              name: { $ref: '#/definitions/name' },
              image: { $ref: '#/definitions/name' },
              args: { $ref: '#/definitions/texts' },
              slots: {
                type: 'object',
                minProperties: 2,
                maxProperties: 2,
                propertyNames: { $ref: '#/definitions/name' },
                additionalProperties: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['publish'],
                  properties: {
                    publish: {
                      type: 'array',
                      minItems: 1,
                      items: { type: 'string', pattern: '^([0-9.]+:|\\[[0-9a-f:]+\\]:)?[0-9]+:[0-9]+$' },
                    },
                  },
                },
              },
              env: {
                type: 'object',
                propertyNames: { pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
                additionalProperties: {
                  anyOf: [
                    { type: 'string' },
                    {
                      type: 'object',
                      additionalProperties: false,
                      minProperties: 1,
                      maxProperties: 1,
                      properties: { fromEnv: { type: 'string' }, fromCommand: { $ref: '#/definitions/command' } },
                    },
                  ],
                },
              },
            },
          },
        },
      },
    },
    kubernetes: {
      type: 'object',
      required: ['context', 'namespace'],
      description: 'Read and checked; deploying to Kubernetes comes in a later version.',
      properties: {
        context: { type: 'string' },
        namespace: { type: 'string' },
        manifests: { $ref: '#/definitions/texts' },
        kustomize: { $ref: '#/definitions/path' },
        images: { $ref: '#/definitions/textMap' },
        hashConfig: { type: 'boolean' },
        prune: { type: 'boolean' },
      },
    },
    health: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: {
        http: { $ref: '#/definitions/httpCheck' },
        tcp: {
          type: 'object',
          additionalProperties: false,
          required: ['host', 'port'],
          properties: {
            host: { type: 'string' },
            port: { type: ['string', 'integer'] },
            every: { $ref: '#/definitions/duration' },
            consecutive: { type: 'integer', minimum: 1 },
            timeout: { $ref: '#/definitions/duration' },
          },
        },
        command: {
          type: 'object',
          additionalProperties: false,
          required: ['argv'],
          properties: {
            argv: { $ref: '#/definitions/command' },
            every: { $ref: '#/definitions/duration' },
            consecutive: { type: 'integer', minimum: 1 },
            timeout: { $ref: '#/definitions/duration' },
          },
        },
        rollout: {
          type: 'object',
          additionalProperties: false,
          properties: { timeout: { $ref: '#/definitions/duration' } },
        },
      },
    },
    httpCheck: {
      type: 'object',
      additionalProperties: false,
      properties: {
        url: { type: 'string', pattern: '^https?://' },
        via: { const: 'port-forward' },
        service: { type: 'string' },
        path: { type: 'string' },
        status: { type: 'integer', minimum: 100, maximum: 599 },
        identity: {
          oneOf: [
            { const: 'none' },
            {
              type: 'object',
              additionalProperties: false,
              required: ['header', 'equals'],
              properties: { header: { type: 'string' }, equals: { type: 'string' } },
            },
            {
              type: 'object',
              additionalProperties: false,
              required: ['json', 'equals'],
              properties: {
                json: { type: 'string', pattern: '^\\$(\\.[A-Za-z_][A-Za-z0-9_-]*|\\[[0-9]+\\])*$' },
                equals: { type: 'string' },
              },
            },
          ],
        },
        every: { $ref: '#/definitions/duration' },
        consecutive: { type: 'integer', minimum: 1 },
        timeout: { $ref: '#/definitions/duration' },
        insecure: { type: 'boolean', description: 'Accept any certificate. Never for a protected environment.' },
      },
      anyOf: [{ required: ['url'] }, { required: ['via', 'service'] }],
    },
    route: {
      type: 'object',
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: {
        file: {
          type: 'object',
          additionalProperties: false,
          required: ['path', 'content'],
          properties: {
            path: { $ref: '#/definitions/path' },
            content: { type: 'string' },
            reload: {
              type: 'object',
              additionalProperties: false,
              required: ['argv'],
              properties: { argv: { $ref: '#/definitions/command' } },
            },
          },
        },
        terraform: { type: 'object', additionalProperties: false, properties: {} },
        kubernetesService: {
          type: 'object',
          additionalProperties: false,
          required: ['service', 'selectorKey', 'values'],
          properties: {
            service: { type: 'string' },
            selectorKey: { type: 'string' },
            values: { $ref: '#/definitions/texts' },
          },
        },
      },
    },
    gates: {
      type: 'object',
      additionalProperties: false,
      properties: {
        lint: { enum: ['error', 'warning', 'off', false] },
        cleanGit: { enum: ['protected', 'always', 'never'] },
        tests: { type: 'array', items: { $ref: '#/definitions/commandTest' } },
        allowOverride: { type: 'boolean' },
      },
    },
  },
};
