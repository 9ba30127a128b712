import { useSearchParams } from 'wouter';

/** Keeps filters in the URL, so that a list can be bookmarked, shared and returned to. Empty ones are left out. */
export function useUrlFilters<Name extends string>() {
  const [parameters, setParameters] = useSearchParams();
  return {
    /** All filters, as a key of the list. */
    text: parameters.toString(),
    get: (name: Name) => parameters.get(name) ?? '',
    set: (name: Name, value: string) =>
      setParameters(
        (old) => {
          const next = new URLSearchParams(old);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
  };
}
