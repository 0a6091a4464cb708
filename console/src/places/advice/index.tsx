export default function Place() { return null; }
