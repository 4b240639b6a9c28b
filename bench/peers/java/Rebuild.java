import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.io.WritableComparable;
import org.apache.hadoop.io.WritableComparator;
import org.apache.hadoop.io.WritableUtils;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.Partitioner;
import org.apache.hadoop.mapreduce.Reducer;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * The job that rebuilds texts, as one would write it for Hadoop by hand: binary keys that are compared as bytes, no process beside the task.
 * What it reads and writes is what `lib/src/texts/rebuild/rebuild-job.ts` reads and writes.
 *
 * Usage: Rebuild INPUT OUTPUT REDUCERS
 */
public final class Rebuild extends Configured implements Tool {
  private static final int PIECE = 64 * 1024;

  /** Where a chunk stands: its text, its stream, its place. */
  public static final class Place implements WritableComparable<Place> {
    final Text uri = new Text();
    final Text stream = new Text();
    long seq;

    @Override
    public void write(DataOutput out) throws IOException {
      uri.write(out);
      stream.write(out);
      out.writeLong(seq);
    }

    @Override
    public void readFields(DataInput in) throws IOException {
      uri.readFields(in);
      stream.readFields(in);
      seq = in.readLong();
    }

    @Override
    public int compareTo(Place other) {
      int order = uri.compareTo(other.uri);
      if (order == 0) order = stream.compareTo(other.stream);
      return order == 0 ? Long.compare(seq, other.seq) : order;
    }
  }

  /** Compares places as they are written, without making objects of them. */
  private abstract static class Order extends WritableComparator {
    private final boolean withSeq;

    Order(boolean withSeq) {
      super(Place.class, true);
      this.withSeq = withSeq;
    }

    @Override
    public int compare(byte[] a, int aStart, int aLength, byte[] b, int bStart, int bLength) {
      try {
        int aAt = aStart;
        int bAt = bStart;
        for (int text = 0; text < 2; text++) {
          int aSize = readVInt(a, aAt);
          int bSize = readVInt(b, bAt);
          aAt += WritableUtils.decodeVIntSize(a[aAt]);
          bAt += WritableUtils.decodeVIntSize(b[bAt]);
          int order = compareBytes(a, aAt, aSize, b, bAt, bSize);
          if (order != 0) return order;
          aAt += aSize;
          bAt += bSize;
        }
        return withSeq ? Long.compare(readLong(a, aAt), readLong(b, bAt)) : 0;
      } catch (IOException error) {
        throw new IllegalArgumentException(error);
      }
    }
  }

  /** The order of chunks. */
  public static final class Sorting extends Order {
    public Sorting() {
      super(true);
    }
  }

  /** The chunks of one stream. */
  public static final class Grouping extends Order {
    public Grouping() {
      super(false);
    }
  }

  /** All streams of a text meet. */
  public static final class ByText extends Partitioner<Place, Chunk> {
    @Override
    public int getPartition(Place place, Chunk chunk, int reducers) {
      return (place.uri.hashCode() & Integer.MAX_VALUE) % reducers;
    }
  }

  /** A chunk, and whether it is the last. */
  public static final class Chunk implements Writable {
    final Text text = new Text();
    boolean last;

    @Override
    public void write(DataOutput out) throws IOException {
      text.write(out);
      out.writeBoolean(last);
    }

    @Override
    public void readFields(DataInput in) throws IOException {
      text.readFields(in);
      last = in.readBoolean();
    }
  }

  /** Finds the chunk in a line. */
  public static final class Map extends Mapper<LongWritable, Text, Place, Chunk> {
    private final JsonFactory json = new JsonFactory();
    private final Place place = new Place();
    private final Chunk chunk = new Chunk();

    @Override
    protected void map(LongWritable offset, Text line, Context context) throws IOException, InterruptedException {
      if (read(line)) {
        context.write(place, chunk);
        context.getCounter("rebuild", "messages").increment(1);
      } else context.getCounter("rebuild", "malformed").increment(1);
    }

    private boolean read(Text line) throws IOException {
      int found = 0;
      try (JsonParser parser = json.createParser(line.getBytes(), 0, line.getLength())) {
        if (parser.nextToken() != JsonToken.START_OBJECT) return false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.getCurrentName();
          JsonToken value = parser.nextToken();
          switch (name) {
            case "destination_uri":
              if (value != JsonToken.VALUE_STRING || !parser.getText().startsWith("/")) return false;
              place.uri.set(parser.getText());
              found |= 1;
              break;
            case "stream_id":
              if (value != JsonToken.VALUE_STRING || parser.getText().isEmpty()) return false;
              place.stream.set(parser.getText());
              found |= 2;
              break;
            case "seq":
              if (value != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0) return false;
              place.seq = parser.getLongValue();
              found |= 4;
              break;
            case "chunk":
              if (value != JsonToken.VALUE_STRING) return false;
              chunk.text.set(parser.getText());
              found |= 8;
              break;
            case "is_last":
              if (!value.isBoolean()) return false;
              chunk.last = parser.getBooleanValue();
              found |= 16;
              break;
            default:
              parser.skipChildren();
          }
        }
      } catch (JsonProcessingException error) {
        return false;
      }
      return found == 31;
    }
  }

  /** Joins the chunks of a stream, and proves that they are all. */
  public static final class Reduce extends Reducer<Place, Chunk, NullWritable, Text> {
    private final Text record = new Text();

    @Override
    protected void reduce(Place place, Iterable<Chunk> chunks, Context context) throws IOException, InterruptedException {
      MessageDigest hash;
      try {
        hash = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException error) {
        throw new IllegalStateException(error);
      }
      String head = "{\"uri\":" + quoted(place.uri.toString()) + ",\"stream\":" + quoted(place.stream.toString());
      StringBuilder piece = new StringBuilder();
      long count = 0;
      long bytes = 0;
      long missing = 0;
      long duplicates = 0;
      long expected = 0;
      boolean conflict = false;
      boolean last = false;
      boolean afterLast = false;
      Text before = new Text();
      for (Chunk chunk : chunks) { // which also makes `place` the place of this chunk
        if (place.seq < expected) {
          if (chunk.text.equals(before) && chunk.last == last) duplicates++;
          else conflict = true;
          continue;
        }
        missing += place.seq - expected;
        if (last) afterLast = true;
        if (missing == 0 && !conflict) {
          piece.append(chunk.text.toString());
          if (piece.length() >= PIECE) {
            int end = piece.length() - (Character.isHighSurrogate(piece.charAt(piece.length() - 1)) ? 1 : 0);
            bytes += write(head, piece.substring(0, end), hash, context);
            piece.delete(0, end);
          }
        }
        before.set(chunk.text);
        last = chunk.last;
        expected = place.seq + 1;
        count++;
      }
      if (piece.length() > 0) bytes += write(head, piece.toString(), hash, context);
      boolean complete = last && !afterLast && missing == 0 && !conflict;
      StringBuilder hex = new StringBuilder();
      for (byte one : hash.digest()) hex.append(String.format("%02x", one));
      record.set(
          head + ",\"complete\":" + complete + ",\"chunks\":" + count + ",\"bytes\":" + bytes + ",\"sha256\":\"" + hex
              + "\",\"duplicates\":" + duplicates + ",\"missing\":" + missing + "}");
      context.write(NullWritable.get(), record);
      context.getCounter("rebuild", "streams").increment(1);
      context.getCounter("rebuild", complete ? "complete" : "incomplete").increment(1);
    }

    private long write(String head, String text, MessageDigest hash, Context context)
        throws IOException, InterruptedException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      hash.update(bytes);
      record.set(head + ",\"text\":" + quoted(text) + "}");
      context.write(NullWritable.get(), record);
      return bytes.length;
    }

    private static String quoted(String text) {
      return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
  }

  @Override
  public int run(String[] args) throws Exception {
    Job job = Job.getInstance(getConf(), "rebuild in Java");
    job.setJarByClass(Rebuild.class);
    job.setMapperClass(Map.class);
    job.setReducerClass(Reduce.class);
    job.setPartitionerClass(ByText.class);
    job.setSortComparatorClass(Sorting.class);
    job.setGroupingComparatorClass(Grouping.class);
    job.setMapOutputKeyClass(Place.class);
    job.setMapOutputValueClass(Chunk.class);
    job.setOutputKeyClass(NullWritable.class);
    job.setOutputValueClass(Text.class);
    job.setNumReduceTasks(Integer.parseInt(args[2]));
    FileInputFormat.addInputPath(job, new Path(args[0]));
    FileOutputFormat.setOutputPath(job, new Path(args[1]));
    return job.waitForCompletion(true) ? 0 : 1;
  }

  public static void main(String[] args) throws Exception {
    System.exit(ToolRunner.run(new Rebuild(), args));
  }
}
