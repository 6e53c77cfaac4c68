-- What lies ready for an order.
CREATE TABLE reservation (
  reservation_id uuid NOT NULL,
  line smallint NOT NULL,
  order_id uuid NOT NULL,
  sku text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (reservation_id, line)
);
