import { capability, version } from 'zeromq';

/** What the ZeroMQ library of this Node can do. */
export interface TransportFacts {
  readonly version: string;
  /** Socket files. */
  readonly ipc: boolean;
  /** Encryption, which loopback TCP needs. */
  readonly curve: boolean;
}

export const transportFacts: TransportFacts = {
  version,
  ipc: capability.ipc === true,
  curve: capability.curve === true,
};
