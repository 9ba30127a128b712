import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, apiWithoutRetries, patientApi, readBody } from './api.ts';
import { PROFILE_KEY } from './queries.ts';
import { saveFile } from './save-file.ts';

/** Saves everything that the shop keeps of a person as a file. */
export function useExportData(userId: string) {
  return useMutation({
    mutationFn: () =>
      readBody(
        patientApi.GET('/api/users/{id}/personal-data', {
          params: { path: { id: userId } },
          parseAs: 'blob',
        }),
      ),
    onSuccess: (document) => saveFile(document, `personal-data-${userId}.json`),
  });
}

/** Asks the shop to erase the user, and withdraws that. The profile tells of an open request. */
export function useEraseRequest() {
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries({ queryKey: [PROFILE_KEY] });
  const ask = useMutation({
    mutationFn: () => apiWithoutRetries.POST('/api/auth/erase-request'),
    onSuccess,
  });
  const withdraw = useMutation({
    mutationFn: () => api.DELETE('/api/auth/erase-request'),
    onSuccess,
  });
  return { ask, withdraw };
}
