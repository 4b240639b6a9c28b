/** K-means, batch and streaming, over vectors of text; measures of how good clusters are; pictures of them in the plane. */
export { type SparseVector } from "./sparse-vector.ts";
export { kmeans, type KMeansOptions, type KMeansResult } from "./k-means.ts";
export { sphericalKMeans, type Iteration, type SphericalKMeansOptions } from "./spherical-k-means.ts";
export { StreamingKMeans, type StreamingKMeansOptions } from "./streaming-k-means.ts";
export { normalizedMutualInformation, adjustedRandIndex, purity, type Labels } from "./agreement.ts";
export { silhouette, type Point, type SilhouetteOptions } from "./silhouette.ts";
export { pca, projectToPlane, type Pca, type PcaOptions, type PlanePoint } from "./pca.ts";
export { topTerms, type LabelledTerms, type ClusterTerms, type TopTermsOptions } from "./top-terms.ts";
