import { defineConfig, env, secret } from "@glacier-ts/core";
import { azureBlob, file, postgres, s3 } from "@glacier-ts/core/storage";

/** The same pipeline with its results elsewhere: `glacier run delays --env s3`. Without `--env` they are files in `out/`. */
export default defineConfig({
  environments: {
    local: { storage: file({ path: "out/local/" }) },
    s3: {
      storage: s3({
        bucket: env("FLIGHTS_BUCKET"),
        prefix: "flights/",
        region: "eu-central-1",
        endpoint: env("FLIGHTS_S3_ENDPOINT"),
        forcePathStyle: true,
      }),
    },
    azure: {
      storage: azureBlob({
        account: "devstoreaccount1",
        container: env("FLIGHTS_CONTAINER"),
        prefix: "flights/",
        endpoint: env("FLIGHTS_AZURE_ENDPOINT"),
      }),
    },
    postgres: {
      storage: postgres({ connection: secret("FLIGHTS_DATABASE") }),
      // One object is no table.
      datasets: { report: file({ path: "out/postgres/report.json" }) },
    },
  },
});
