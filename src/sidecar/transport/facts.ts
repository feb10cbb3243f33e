import { capability, version } from 'zeromq';

/** Capabilities of the installed ZeroMQ library. */
export interface TransportFacts {
  readonly version: string;
  /** Supports socket files. */
  readonly ipc: boolean;
  /** Supports CURVE encryption, which loopback TCP needs. */
  readonly curve: boolean;
}

export const transportFacts: TransportFacts = {
  version,
  ipc: capability.ipc === true,
  curve: capability.curve === true,
};
