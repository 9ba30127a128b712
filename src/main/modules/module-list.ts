import type { Module, ModuleDeclaration } from '../../modules/module.ts';

/** A module that was built, and what was known of it before. */
export interface BuiltModule {
  readonly declaration: ModuleDeclaration;
  readonly module: Module<unknown>;
}

/** Modules in the order of rank. `Given`: what the next one may ask for, the infrastructure and the modules before it. */
export interface ModuleList<Infrastructure extends object, Given extends Infrastructure> {
  readonly declarations: readonly ModuleDeclaration[];
  /** Does not compile where the module needs one that is not in the list yet. */
  add<Name extends string, Api>(
    declaration: ModuleDeclaration<Name>,
    create: (given: Given) => Module<Api>,
  ): ModuleList<Infrastructure, Given & { readonly [K in Name]: Api }>;
  /** Builds each module with the use cases of those before it. `built` stops them in the reverse order. */
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
  return listOf([]);
}

function listOf<Infrastructure extends object, Given extends Infrastructure>(
  entries: readonly Entry[],
): ModuleList<Infrastructure, Given> {
  return {
    declarations: entries.map(({ declaration }) => declaration),
    add: (declaration, create) => listOf([...entries, { declaration, create }]),
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
