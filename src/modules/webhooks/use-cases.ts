import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Author } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import type {
  CreatedEndpoint,
  DeliveryView,
  EndpointChange,
  EndpointView,
  ListDeliveriesInput,
  ListInput,
  NewEndpoint,
  ReplayRange,
  RotatedSecret,
} from './schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Webhooks {
  readonly personalData: PersonalDataPart;
  createEndpoint(context: RequestContext, input: NewEndpoint): Promise<Once<CreatedEndpoint>>;
  listEndpoints(input: ListInput): Promise<Page<EndpointView>>;
  getEndpoint(id: string): Promise<EndpointView>;
  updateEndpoint(
    context: RequestContext,
    id: string,
    change: EndpointChange,
  ): Promise<Once<EndpointView>>;
  deleteEndpoint(author: Author, id: string): Promise<void>;
  rotateSecret(context: RequestContext, id: string): Promise<Once<RotatedSecret>>;
  testEndpoint(context: RequestContext, id: string): Promise<Once<DeliveryView>>;
  listDeliveries(endpointId: string, input: ListDeliveriesInput): Promise<Page<DeliveryView>>;
  redeliver(
    context: RequestContext,
    endpointId: string,
    deliveryId: string,
  ): Promise<Once<DeliveryView>>;
  replay(
    context: RequestContext,
    endpointId: string,
    range: ReplayRange,
  ): Promise<Once<ReplayRange>>;
}
