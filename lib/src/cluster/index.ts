/** K-means, batch and streaming, over vectors of text; measures of how good clusters are; pictures of them in the plane. */
export { type SparseVector } from "./sparse-vector.ts";
export { sphericalKMeans, type Iteration, type SphericalKMeansOptions } from "./spherical-k-means.ts";
export { StreamingKMeans, type StreamingKMeansOptions } from "./streaming-k-means.ts";
