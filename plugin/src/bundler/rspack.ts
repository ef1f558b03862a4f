import { createRspackPlugin } from "unplugin";
import { glacier } from "../bundler.js";

export default createRspackPlugin(glacier);
