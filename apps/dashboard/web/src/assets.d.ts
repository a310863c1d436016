declare module "*.css";
declare module "*.png" {
  const address: string;
  export default address;
}
declare module "*.jpg" {
  const address: string;
  export default address;
}
declare module "*?url" {
  const address: string;
  export default address;
}
