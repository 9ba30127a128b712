import './shop.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { routerBase } from '../shared/paths.ts';
import { createQueries } from '../shared/queries.ts';
import { followOrderLink } from './order-tokens.ts';
import { Shop } from './shop.tsx';

// Before the first page is chosen, and when a link is opened in a tab that shows the shop.
followOrderLink();
addEventListener('hashchange', followOrderLink);

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={createQueries()}>
      <Router base={routerBase}>
        <Shop />
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
