import { useForkServer } from './fork-server.js';

useForkServer();
