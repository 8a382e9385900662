// Leases of gateways: each replica's word on which routing it serves, `leases/<model>/<replica>.json`, good until it
// expires. Whoever changes the routing waits for the new generation in every lease, or for the old lease's end.
import type { GatewayLease } from '../contracts/observation.ts';
import { gatewayLeaseSchema } from '../contracts/observation.ts';
import { parseJson } from './artifact-store.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ObjectStore } from './object-store.ts';
import { readObject } from './object-store.ts';

export interface Leases {
  /** Replaces the replica's lease. */
  write(lease: GatewayLease): Promise<void>;
  /** Given up by a gateway that stops, so that nobody waits for it. */
  remove(model: string, replica: string): Promise<void>;
  /** Leases of a model that have not expired at `now`, by replica. */
  read(model: string, now: Date): Promise<GatewayLease[]>;
}

const leaseKey = (model: string, replica: string): string =>
  `leases/${model}/${encodeURIComponent(replica)}.json`;

export function createLeases(objects: ObjectStore): Leases {
  return {
    write: (lease) => objects.put(leaseKey(lease.model, lease.replica), Buffer.from(canonicalJson(lease))),
    remove: (model, replica) => objects.remove(leaseKey(model, replica)),
    async read(model, now) {
      const leases: GatewayLease[] = [];
      for await (const { key } of objects.list(`leases/${model}/`)) {
        const bytes = await readObject(objects, key);
        if (bytes === undefined) continue; // given up between listing and reading
        const lease = parseJson(bytes.toString(), gatewayLeaseSchema, key);
        if (Date.parse(lease.expiresAt) > now.getTime()) leases.push(lease);
      }
      return leases;
    },
  };
}
