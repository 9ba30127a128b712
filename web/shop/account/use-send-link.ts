import { useMutation } from '@tanstack/react-query';
import { apiWithoutRetries } from '../../shared/api.ts';

/** Sends the link that confirms the address of the customer once more. */
export function useSendLink() {
  return useMutation({
    mutationFn: () => apiWithoutRetries.POST('/api/auth/verify-email/send'),
  });
}
