import { S3Client } from "@aws-sdk/client-s3";

export interface S3ClientOptions {
  /** By default as the SDK finds it: `AWS_REGION`, a profile. */
  readonly region?: string;
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
}

const clients = new Map<string, S3Client>();

/** The same client for the same options, so that connections and credentials are found once. */
export function s3Client({ region, endpoint, forcePathStyle }: S3ClientOptions): S3Client {
  const options = {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
  };
  const name = JSON.stringify(options);
  const known = clients.get(name);
  if (known) return known;
  const client = new S3Client({
    ...options,
    maxAttempts: 3,
    // Without them the SDK waits for ever. A socket's time runs while no byte comes or goes.
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
  });
  clients.set(name, client);
  return client;
}
