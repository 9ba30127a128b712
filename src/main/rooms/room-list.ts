import type { Room, RoomDeclaration } from '../../modules/room.ts';

/** A room that was built, and what was known of it before. */
export interface BuiltRoom {
  readonly declaration: RoomDeclaration;
  readonly room: Room<unknown>;
}

/** Rooms in the order of rank. `Given`: what the next one may ask for, the infrastructure and the rooms before it. */
export interface RoomList<Infrastructure extends object, Given extends Infrastructure> {
  readonly declarations: readonly RoomDeclaration[];
  /** Does not compile where the room needs one that is not in the list yet. */
  add<Name extends string, Api>(
    declaration: RoomDeclaration<Name>,
    create: (given: Given) => Room<Api>,
  ): RoomList<Infrastructure, Given & { readonly [K in Name]: Api }>;
  /** Builds each room with the use cases of those before it. `built` stops them in the reverse order. */
  build(
    infrastructure: Infrastructure,
    built: AsyncDisposableStack,
  ): { readonly rooms: readonly BuiltRoom[]; readonly apis: Omit<Given, keyof Infrastructure> };
}

interface Entry {
  readonly declaration: RoomDeclaration;
  readonly create: (given: never) => Room<unknown>;
}

export function createRoomList<Infrastructure extends object>(): RoomList<
  Infrastructure,
  Infrastructure
> {
  return listOf([]);
}

function listOf<Infrastructure extends object, Given extends Infrastructure>(
  entries: readonly Entry[],
): RoomList<Infrastructure, Given> {
  return {
    declarations: entries.map(({ declaration }) => declaration),
    add: (declaration, create) => listOf([...entries, { declaration, create }]),
    build(infrastructure, built) {
      const apis: Record<string, unknown> = {};
      const rooms = entries.map(({ declaration, create }): BuiltRoom => {
        const room = create({ ...infrastructure, ...apis } as never);
        built.defer(() => room.stop?.());
        apis[declaration.name] = room.api;
        return { declaration, room };
      });
      return { rooms, apis: apis as Omit<Given, keyof Infrastructure> };
    },
  };
}
