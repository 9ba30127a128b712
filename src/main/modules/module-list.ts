import type { Module, ModuleDeclaration } from '../../modules/module.ts';

/** A built module with its declaration. */
export interface BuiltModule {
  readonly declaration: ModuleDeclaration;
  readonly module: Module<unknown>;
}

/**
 * Modules in the order of rank. `Given` is what the next module may depend on: the infrastructure and the modules
 * before it.
 */
export interface ModuleList<Infrastructure extends object, Given extends Infrastructure> {
  readonly declarations: readonly ModuleDeclaration[];
  /** Adds a module. Does not compile if the module depends on one that is not in the list yet. */
  add<Name extends string, Api>(
    declaration: ModuleDeclaration<Name>,
    create: (given: Given) => Module<Api>,
  ): ModuleList<Infrastructure, Given & { readonly [K in Name]: Api }>;
  /** Builds each module with the use cases of those before it. `built` stops them in reverse order. */
  build(
    infrastructure: Infrastructure,
    built: AsyncDisposableStack,
  ): { readonly modules: readonly BuiltModule[]; readonly apis: Omit<Given, keyof Infrastructure> };
}

interface Entry {
  readonly declaration: ModuleDeclaration;
  readonly create: (given: never) => Module<unknown>;
}

export function createModuleList<Infrastructure extends object>(): ModuleList<
  Infrastructure,
  Infrastructure
> {
  return createList([]);
}

function createList<Infrastructure extends object, Given extends Infrastructure>(
  entries: readonly Entry[],
): ModuleList<Infrastructure, Given> {
  return {
    declarations: entries.map(({ declaration }) => declaration),
    add: (declaration, create) => createList([...entries, { declaration, create }]),
    build(infrastructure, built) {
      const apis: Record<string, unknown> = {};
      const modules = entries.map(({ declaration, create }): BuiltModule => {
        const module = create({ ...infrastructure, ...apis } as never);
        built.defer(() => module.stop?.());
        apis[declaration.name] = module.api;
        return { declaration, module };
      });
      return { modules, apis: apis as Omit<Given, keyof Infrastructure> };
    },
  };
}
