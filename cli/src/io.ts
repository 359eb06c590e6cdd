/** What a command may touch of the process that runs it. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input as bytes. */
  readStdin(): Promise<Buffer>;
}

export interface Output {
  readonly isTty: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** The real process. Text is written without waiting: the process ends by itself when all is out. */
export function processIo(): Io {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    readStdin: async () => {
      const parts: Buffer[] = [];
      for await (const part of process.stdin) parts.push(Buffer.from(part as Buffer));
      return Buffer.concat(parts);
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // A reader that stops early (`| head`) is no error of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    isTty: stream.isTTY,
    columns: stream.columns,
    write: (text) => void stream.write(text),
  };
}
