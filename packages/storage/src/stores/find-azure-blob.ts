import type { HomeRequest } from "../home.js";
import { loadSdk } from "../load-sdk.js";
import { type ObjectPlace, splitPath } from "../object-home.js";
import { describer } from "./describer.js";
import { endpointOf } from "./endpoint.js";

const packages = ["@azure/storage-blob", "@azure/identity"];

/**
 * Finds the blob of `azureBlob({ account, container, prefix })`. Credentials are those that Azure's own tools find.
 */
export async function findAzureBlob({ options }: HomeRequest): Promise<ObjectPlace> {
  const account = options.required("account").value;
  const container = options.required("container").value;
  const { folder, name } = splitPath(options.text("prefix")?.value ?? "");
  const endpoint = endpointOf(options);
  const [{ AzureBlobStore }, { azureBlobClient }] = await loadSdk(options, packages, () =>
    Promise.all([import("./azure-blob.js"), import("./azure-blob-client.js")]),
  );
  const client = azureBlobClient({ account, container, ...(endpoint !== undefined && { endpoint }) });
  const describe = describer(options, "azure-blob", ["account", "container"]);
  return { store: new AzureBlobStore({ client, folder, describe }), key: name };
}
