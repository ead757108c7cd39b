import type { NextConfig } from 'next';

const nextConfig: NextConfig = {
  experimental: { authInterrupts: true },
  serverExternalPackages: ['pg'],
};

export default nextConfig;
