import { useEffect, useState } from 'react';

/** Reads the token from the fragment, which browsers send to no server. Earlier mails have it in the query. */
function readToken(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  return fragment.get('token') ?? new URLSearchParams(location.search).get('token');
}

/** Returns the token of the link that led here, and removes it from the address bar and the history. Null: there is none. */
export function useLinkToken(): string | null {
  const [token, setToken] = useState(readToken);
  useEffect(() => {
    const take = () => {
      const read = readToken();
      if (read === null) return;
      setToken(read);
      history.replaceState(history.state, '', location.pathname);
    };
    take();
    // A second link that is opened in this tab changes only the fragment.
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  return token;
}
