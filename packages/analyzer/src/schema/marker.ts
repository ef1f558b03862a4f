/** Marks values that JSON cannot hold: `x-glacier-type` says which type the JSON stands for. */
export const marker = "x-glacier-type";
